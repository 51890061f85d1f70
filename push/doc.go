// Package push reaches phones: it wakes an iPhone's wallet through APNs and
// shows a message in a companion app through FCM.
//
// A sender knows nothing of members, passes or queues. It makes one attempt
// and says in an Outcome what came of it and what that means for the device
// and for the next attempt; whoever owns the queue acts on it. It doesn't
// retry behind its caller's back either: an attempt whose answer was lost may
// have reached the phone, and only the caller knows whether a second one
// would be a nuisance (a promotion) or nothing at all (a wake).
package push
