package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"regulars/cmd/internal/commandline"
)

type androidCommand struct {
	Save   androidSave   `cmd:"" help:"Open a link that leads to Google Wallet, and save the card."`
	List   androidList   `cmd:"" help:"All Androids and their cards."`
	Show   androidShow   `cmd:"" help:"The cards of a phone."`
	Remove androidRemove `cmd:"" help:"Take a card out of a phone's wallet."`
}

type androidSave struct {
	Link string `arg:"" help:"The save link, or the server's link that leads to it."`
	Name string `help:"Which phone; a new one without." placeholder:"NAME"`
}

func (a androidSave) Run(ctx context.Context, c client, out io.Writer) error {
	var v androidView
	if err := c.call(ctx, http.MethodPost, "/androids", target{a.Link, a.Name}, &v); err != nil {
		return err
	}
	fmt.Fprint(out, v.Name, "\n", v.Text)
	return nil
}

type androidList struct{}

func (androidList) Run(ctx context.Context, c client, out io.Writer) error {
	var list []androidView
	if err := c.call(ctx, http.MethodGet, "/androids", nil, &list); err != nil {
		return err
	}
	for _, v := range list {
		fmt.Fprintln(out, v.Name, v.Objects)
	}
	return nil
}

type androidShow struct{ phoneName }

func (a androidShow) Run(ctx context.Context, c client, out io.Writer) error {
	var v androidView
	if err := c.call(ctx, http.MethodGet, "/androids/"+url.PathEscape(a.Name), nil, &v); err != nil {
		return err
	}
	fmt.Fprint(out, v.Text)
	return nil
}

type androidRemove struct {
	phoneName
	Card string `arg:"" help:"The card, as list names it."`
}

func (a androidRemove) Run(ctx context.Context, c client) error {
	return c.call(ctx, http.MethodDelete, "/androids/"+url.PathEscape(a.Name)+"/cards/"+url.PathEscape(a.Card), nil, nil)
}

type faultCommand struct {
	Add   faultAdd   `cmd:"" help:"Let requests meet a fault."`
	Clear faultClear `cmd:"" help:"Nothing goes wrong any more."`
}

type faultAdd struct {
	Service string  `arg:"" help:"One of ${enum}." enum:"apns,fcm,google"`
	Key     string  `help:"Only for this device token, class or object." placeholder:"KEY"`
	Times   int     `help:"For so many requests; --times=-1 until cleared." default:"1"`
	Rate    float64 `help:"For this share of all requests instead, 0 to 1." placeholder:"SHARE"`
	Seed    uint64  `help:"Of the lot that the rate draws." default:"1"`

	Status     int           `help:"HTTP status to answer." placeholder:"N"`
	Reason     string        `help:"The service's word for it." placeholder:"WORD"`
	RetryAfter time.Duration `help:"Sent with the answer." placeholder:"TIME"`
	Delay      time.Duration `help:"Before the answer." placeholder:"TIME"`
	Hang       bool          `help:"Never answer."`
	GoAway     bool          `help:"Send GOAWAY." name:"goaway"`
	Reset      bool          `help:"Reset the stream."`
	Close      bool          `help:"Drop the connection."`
	Taken      bool          `help:"The request takes effect all the same."`
	Body       string        `help:"Answer this instead." placeholder:"TEXT"`
}

// Run sends the fault in the words of pushtest.Control.
func (f faultAdd) Run(ctx context.Context, c client) error {
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return commandline.Mistakef("--status is an HTTP status from 200 to 599, and not %d", f.Status)
	}
	fault := map[string]any{
		"status": f.Status, "reason": f.Reason, "retry_after": f.RetryAfter.String(), "delay": f.Delay.String(),
		"hang": f.Hang, "goaway": f.GoAway, "reset": f.Reset, "close": f.Close, "taken": f.Taken, "body": f.Body,
	}
	body := map[string]any{"service": f.Service, "key": f.Key, "times": f.Times, "rate": f.Rate, "seed": f.Seed, "fault": fault}
	return c.call(ctx, http.MethodPost, "/faults", body, nil)
}

type faultClear struct {
	Service string `arg:"" optional:"" help:"Of this service; of all without."`
}

func (f faultClear) Run(ctx context.Context, c client) error {
	return c.call(ctx, http.MethodDelete, "/faults?service="+url.QueryEscape(f.Service), nil, nil)
}

type countsCommand struct{}

func (countsCommand) Run(ctx context.Context, c client, out io.Writer) error {
	var counts any
	if err := c.call(ctx, http.MethodGet, "/counts", nil, &counts); err != nil {
		return err
	}
	return printJSON(out, counts)
}
