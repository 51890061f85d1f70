package wallet

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/models"
)

// What a program does by itself, it does once a day, a little after midnight in
// its zone, and one instance does it: birthdays are given, those who stayed away are
// asked back, and who is to be told of an end is. An instance that is cut off leaves its lease to end; the next one
// begins the day again and meets the keys of what was booked.

const (
	// afterMidnight leaves time for what was booked before it to be copied to the
	// members.
	afterMidnight = 2 * time.Minute
	// daysMissed is how many days are made good when no instance was running.
	daysMissed = 31
	// dailyLook is how often an instance looks whether a day has begun.
	dailyLook = 30 * time.Second
	// cutOff is how long after an enrolment it is taken for cut off.
	cutOff = time.Minute
)

// errElsewhere says that another instance has taken over.
var errElsewhere = errors.New("the lease is another's")

// dailyRound returns a round that does what Daily does, once in a while.
func (s *Service) dailyRound() func(context.Context) (int, error) {
	var next time.Time
	return func(ctx context.Context) (int, error) {
		now := s.Stores.Clock.Now()
		if now.Before(next) && next.Sub(now) <= dailyLook {
			return 0, nil
		}
		if err := s.Daily(ctx); err != nil {
			return 0, err
		}
		next = now.Add(dailyLook)
		return 0, nil
	}
}

// Daily does what is due of the daily work of all programs, and completes
// enrolments that were cut off. Any number of instances may call it at any time.
func (s *Service) Daily(ctx context.Context) error {
	if err := s.welcomeLate(ctx); err != nil {
		return err
	}
	for p, err := range s.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		if err := s.days(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// welcomeLate gives new members what they were to be given when they joined.
func (s *Service) welcomeLate(ctx context.Context) error {
	for {
		late, err := s.Stores.Members.Welcoming(ctx, s.Stores.Clock.Now().Add(-cutOff), claimBatch)
		if err != nil {
			return err
		}
		for i := range late {
			if _, err := s.welcome(ctx, &late[i], Actor{}); err != nil {
				return err
			}
		}
		if len(late) < claimBatch {
			return nil
		}
	}
}

// days does the work of the days of a program that have begun, in their order.
func (s *Service) days(ctx context.Context, p *models.Program) error {
	today := p.Day(s.Stores.Clock.Now().Add(-afterMidnight))
	done, err := s.Stores.Days.Done(ctx, p.ID)
	if err != nil {
		return err
	}
	first := today
	if done != "" {
		first = max(models.DayAfter(done, 1), models.DayAfter(today, -daysMissed))
	}
	for day := first; day <= today; day = models.DayAfter(day, 1) {
		if err := s.day(ctx, p, day); errors.Is(err, errElsewhere) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// turn is a day of a program in the hands of this instance.
type turn struct {
	*Service
	program *models.Program // in force for everybody
	pilot   *models.Program // for some; nil when there is none
	day     string
	lease   string
	renewAt time.Time
}

// day does the work of one day, unless another instance does.
func (s *Service) day(ctx context.Context, p *models.Program, day string) (err error) {
	t := &turn{Service: s, program: p, day: day, lease: newID(s.random())}
	if pilot, err := s.Stores.Programs.Pilot(ctx, p.ID); err == nil {
		t.pilot = pilot.Program
	} else if models.KindOf(err) != models.NotFound {
		return err
	}
	if err := t.goOn(ctx); err != nil {
		return err
	}
	for _, work := range []func(context.Context) error{t.birthdays, t.notices, t.away, t.over} {
		if err := work(ctx); err != nil {
			return errors.Join(err, s.Stores.Days.LetGo(context.WithoutCancel(ctx), p.ID, t.lease))
		}
	}
	return s.Stores.Days.Finish(ctx, p.ID, day, t.lease)
}

// goOn claims the day, and prolongs the lease in time.
func (t *turn) goOn(ctx context.Context) error {
	now := t.Stores.Clock.Now()
	if now.Before(t.renewAt) {
		return nil
	}
	ours, err := t.Stores.Days.Claim(ctx, t.program.ID, t.day, t.lease, now, now.Add(t.Pace.Lease))
	if err == nil && !ours {
		err = errElsewhere
	}
	t.renewAt = now.Add(t.Pace.Lease / 3)
	return err
}

// versions are all that are in force, each for some.
func (t *turn) versions() []*models.Program {
	if t.pilot == nil {
		return []*models.Program{t.program}
	}
	return []*models.Program{t.program, t.pilot}
}

// born are the birthdays, 12-31, on which some version gives on this day.
func (t *turn) born() []string {
	var born []string
	for _, p := range t.versions() {
		if p.GivesOn(models.OnBirthday) || len(p.OffersOn(models.OnBirthday)) > 0 {
			born = append(born, p.Birthdays(t.day)...)
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(born)))
}

// birthdays gives those who have their birthday what the program gives. On a
// day that was missed it is as of that day.
func (t *turn) birthdays(ctx context.Context) error {
	at := t.program.DayBegins(t.day, 1).Add(-time.Second)
	if now := t.Stores.Clock.Now(); now.Before(at) {
		at = now
	}
	for _, born := range t.born() {
		for m, err := range t.Stores.Members.BornOn(ctx, t.program.ID, born) {
			if err == nil {
				err = t.goOn(ctx)
			}
			if err != nil {
				return err
			}
			own, err := t.Stores.Programs.For(ctx, &m)
			if err != nil {
				return err
			}
			if !slices.Contains(own.Birthdays(t.day), born) || own.Day(m.JoinedAt) > t.day {
				continue
			}
			if err := t.birthday(ctx, own, &m, at); err != nil {
				return err
			}
		}
	}
	return nil
}

// birthday gives one member what the terms have for a birthday.
func (t *turn) birthday(ctx context.Context, own *models.Program, m *models.Member, at time.Time) error {
	for _, offer := range own.OffersOn(models.OnBirthday) {
		if err := t.grant(ctx, own, m, &offer, birthdayOf(t.day)); err != nil {
			return err
		}
	}
	if !own.GivesOn(models.OnBirthday) {
		return nil
	}
	return t.give(ctx, m, birthdayGift(t.day), at, Actor{})
}

// notices has the cards of those say so of whose units some end soon.
func (t *turn) notices(ctx context.Context) error {
	most := 0
	for _, p := range t.versions() {
		most = max(most, p.Notices())
	}
	if most == 0 {
		return nil
	}
	for m, err := range t.Stores.Members.EndingBy(ctx, t.program.ID, t.program.DayBegins(t.day, most)) {
		if err == nil {
			err = t.goOn(ctx)
		}
		if err != nil {
			return err
		}
		own, err := t.Stores.Programs.For(ctx, &m)
		if err != nil {
			return err
		}
		if m.IssuedAt == nil || !own.Noticed(m.Head.State, t.day) {
			continue
		}
		if err := t.Stores.Refreshes.Mark(ctx, &m, models.PriorityService, t.Stores.Clock.Now()); err != nil {
			return err
		}
		t.nudge(models.PriorityService)
	}
	return nil
}

// away gives those a voucher who have not come for as long as an offer says. The
// occasion holds the day of the last visit: an absence is one, however often it is
// looked at.
func (t *turn) away(ctx context.Context) error {
	for _, p := range t.versions() {
		if err := t.awayUnder(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// awayUnder is away for those for whom a version is in force.
func (t *turn) awayUnder(ctx context.Context, p *models.Program) error {
	for _, o := range p.OffersOn(models.OnAway) {
		last := models.DayAfter(t.day, -o.Away)
		from, until := t.program.DayBegins(last, 0), t.program.DayBegins(last, 1)
		for m, err := range t.Stores.Members.VisitedLast(ctx, t.program.ID, from, until) {
			if err == nil {
				err = t.goOn(ctx)
			}
			var own *models.Program
			if err == nil {
				own, err = t.Stores.Programs.For(ctx, &m)
			}
			there := false
			if err == nil {
				there, err = t.cameOtherwise(ctx, &m, until)
			}
			if err == nil && own.Version == p.Version && !there {
				err = t.grant(ctx, p, &m, &o, occasion{"away/" + last, t.day})
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// cameOtherwise reports whether a person came with another card since: whose card
// was merged is told of by the one that it was merged into.
func (t *turn) cameOtherwise(ctx context.Context, m *models.Member, since time.Time) (bool, error) {
	if m.Merged != nil {
		return true, nil
	}
	for _, also := range m.Also {
		card, err := t.Stores.Members.Member(ctx, also.Member)
		if err != nil {
			return false, err
		}
		if at := card.Head.LastVisitAt; at != nil && !at.Before(since) {
			return true, nil
		}
	}
	return false, nil
}

// over takes the vouchers off the cards whose time was over within a day, and
// voids their own passes.
func (t *turn) over(ctx context.Context) error {
	shown := slices.ContainsFunc(t.versions(), func(p *models.Program) bool { return p.ShowsVouchers() })
	for v, err := range t.Stores.Vouchers.Ended(ctx, t.program.ID, t.program.DayBegins(t.day, -1), t.program.DayBegins(t.day, 0)) {
		if err == nil {
			err = t.goOn(ctx)
		}
		if err == nil && v.UsedAt == nil && v.InWallet != nil {
			err = t.Stores.Refreshes.Mark(ctx, holder(v.ID), models.PriorityCampaign, t.Stores.Clock.Now())
		}
		if err == nil && v.UsedAt == nil && shown {
			err = t.showVouchers(ctx, v.Member)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
