package push

import (
	"context"
	"fmt"
	"net/http"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
)

// PutClass makes the class at Google say what c says, whether it exists there
// or not. It must be at Google before its first object, and is written again
// when the program changes; all its objects follow by themselves. c is one of
// Google's classes, such as a *walletobjects.LoyaltyClass.
func (g *GoogleWallet) PutClass(ctx context.Context, c any) Outcome {
	k := g.keeper(c)
	err := g.call(ctx, k.insert)
	if statusOf(err) == http.StatusConflict {
		err = g.call(ctx, k.patch)
	}
	return g.outcome(ctx, err)
}

// PutObject makes the object at Google say what o says, whether it exists
// there or not. It answers Retry with ReasonNoClass when the object's class
// has to be put first. o is one of Google's objects, such as a
// *walletobjects.LoyaltyObject.
func (g *GoogleWallet) PutObject(ctx context.Context, o any) Outcome {
	k := g.keeper(o)
	err := g.call(ctx, k.patch) // most writes change a card that is in use
	if statusOf(err) == http.StatusNotFound {
		err = g.call(ctx, k.insert)
	}
	switch statusOf(err) {
	case http.StatusNotFound: // an insert misses nothing but its class
		return Outcome{Result: Retry, Reason: ReasonNoClass}
	case http.StatusConflict: // inserted by another instance meanwhile
		err = g.call(ctx, k.patch)
	}
	return g.outcome(ctx, err)
}

// HasUsers reports whether anybody has the object of a card in a wallet; nobody
// has what is not there. The answer holds if the outcome is Sent: with Reason
// ReasonNoObject where Google has no such object.
func (g *GoogleWallet) HasUsers(ctx context.Context, kind models.CardKind, objectID string) (held bool, out Outcome) {
	err := g.call(ctx, func(ctx context.Context) (err error) {
		held, err = g.held(ctx, kind, objectID)
		return err
	})
	if statusOf(err) == http.StatusNotFound {
		return false, Outcome{Result: Sent, Reason: ReasonNoObject}
	}
	return err == nil && held, g.outcome(ctx, err)
}

func (g *GoogleWallet) held(ctx context.Context, kind models.CardKind, id string) (bool, error) {
	const field = "hasUsers"
	if kind == models.GiftCard {
		o, err := g.service.Giftcardobject.Get(id).Context(ctx).Fields(field).Do()
		return err == nil && o.HasUsers, err
	}
	o, err := g.service.Loyaltyobject.Get(id).Context(ctx).Fields(field).Do()
	return err == nil && o.HasUsers, err
}

// keeper writes one class or object to the collection that it belongs to.
type keeper struct{ insert, patch func(context.Context) error }

// keeper panics on what is no class and no object of ours: a mistake of the
// caller, which no retry would mend.
func (g *GoogleWallet) keeper(v any) keeper {
	s := g.service
	switch v := v.(type) {
	case *walletobjects.LoyaltyClass:
		return keep(v, v.Id, s.Loyaltyclass.Insert, s.Loyaltyclass.Patch)
	case *walletobjects.LoyaltyObject:
		return keep(v, v.Id, s.Loyaltyobject.Insert, s.Loyaltyobject.Patch)
	case *walletobjects.OfferClass:
		return keep(v, v.Id, s.Offerclass.Insert, s.Offerclass.Patch)
	case *walletobjects.OfferObject:
		return keep(v, v.Id, s.Offerobject.Insert, s.Offerobject.Patch)
	case *walletobjects.GiftCardClass:
		return keep(v, v.Id, s.Giftcardclass.Insert, s.Giftcardclass.Patch)
	case *walletobjects.GiftCardObject:
		return keep(v, v.Id, s.Giftcardobject.Insert, s.Giftcardobject.Patch)
	}
	panic(fmt.Sprintf("push: Google keeps no %T", v))
}

// request is a call of Google's library that writes a T.
type request[C, T any] interface {
	Context(ctx context.Context) C
	Fields(fields ...googleapi.Field) C
	Do(opts ...googleapi.CallOption) (T, error)
}

func keep[T any, I request[I, T], P request[P, T]](v T, id string, insert func(T) I, patch func(string, T) P) keeper {
	return keeper{
		insert: func(ctx context.Context) error { return write[I, T](ctx, insert(v)) },
		patch:  func(ctx context.Context) error { return write[P, T](ctx, patch(id, v)) },
	}
}

func write[C request[C, T], T any](ctx context.Context, c C) error {
	_, err := c.Context(ctx).Fields("id").Do() // no more of the answer is of use
	return err
}
