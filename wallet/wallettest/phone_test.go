package wallettest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/wallet/wallettest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestPhoneAddsRegistersAndFollowsItsPass(t *testing.T) {
	b := start(t)
	card, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	require.Equal(t, "s1", card.Serial)
	require.Len(t, b.tokens, 1)

	for i, balance := range []string{"6", "7", "8"} {
		b.pushes.push(b.set("s1", map[string]any{"balance": 6 + i})...)
		b.shows(t, b.phone, "s1", balance)
	}
	require.Len(t, b.phone.Notices(), 3)
	require.Equal(t, "You now have 8 points", b.phone.Notices()[2].Text)
	held := b.phone.Passes()[0]
	require.Equal(t, 4, held.Versions)
	require.True(t, held.Registered)
	requireNoLogs(t, b.server)

	require.NoError(t, b.phone.Remove(t.Context(), "s1"))
	require.Empty(t, b.phone.Passes())
	for _, serials := range b.devices {
		require.Empty(t, serials)
	}
	require.Error(t, b.phone.Remove(t.Context(), "s1"))
}

func TestPullWithoutChangeIsQuiet(t *testing.T) {
	b := start(t)
	_, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	for range 3 {
		require.NoError(t, b.phone.Refresh(t.Context()))
		b.clock.pass(24 * time.Hour)
	}
	require.Empty(t, b.phone.Notices())
	require.Zero(t, b.phone.Stats().Fetches)
}

func TestNoticeIsTheOneFieldThatChanged(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fields map[string]any
		want   []string
	}{
		{"a promotion", map[string]any{"message": "Cake today"}, []string{"Cake today"}},
		{"a balance", map[string]any{"balance": 9}, []string{"You now have 9 points"}},
		{"both at once", map[string]any{"balance": 9, "message": "Cake today"}, []string{"Store card changed"}},
		{"nothing with a message", map[string]any{"other": 1}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := start(t)
			_, err := b.phone.Add(t.Context(), b.add("s1", 5))
			require.NoError(t, err)
			b.set("s1", tt.fields)
			require.NoError(t, b.phone.Refresh(t.Context()))
			var got []string
			for _, n := range b.phone.Notices() {
				got = append(got, n.Text)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

func TestPhoneComplainsAboutAServersMistakes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*bench)
		want  string
	}{
		{"tag stays", func(b *bench) { b.stuckTag = true }, "stayed equal"},
		{"tag missing", func(b *bench) { b.noTag = true }, "no lastUpdated tag"},
		{"tag is a number", func(b *bench) { b.numberTag = true }, "can't be read"},
		{"listed and unchanged", func(b *bench) { b.listAll = true }, "but the pass was unchanged"},
		{"date ignored", func(b *bench) { b.listAll, b.ignoreDate = true, true }, "if-modified-since header was ignored"},
		{"date missing", func(b *bench) { b.noLastModified = true }, "without a last-modified header"},
		{"a stranger's serial", func(b *bench) { b.extraSerial = "s9" }, "unregistered serial number"},
		{"token refused", func(b *bench) { b.locked = true }, "get pass task failed with authentication failure"},
		{"another serial", func(b *bench) { b.edit = func(c map[string]any) { c["serialNumber"] = "s2" } }, "another pass type, serial number or team"},
		{"a broken pass", func(b *bench) { b.edit = func(c map[string]any) { delete(c, "description") } }, "not valid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := start(t)
			_, err := b.phone.Add(t.Context(), b.add("s1", 5))
			require.NoError(t, err)
			b.set("s1", map[string]any{"balance": 6})
			require.NoError(t, b.phone.Refresh(t.Context()))
			requireNoLogs(t, b.server)
			b.clock.pass(time.Hour)
			b.with(func() { tt.spoil(b) })
			if !b.listAll {
				b.set("s1", map[string]any{"balance": 7})
			}
			for range 2 { // some mistakes show only the second time
				require.NoError(t, b.phone.Refresh(t.Context()))
			}
			require.NotEmpty(t, b.logged())
			require.Contains(t, strings.Join(b.logged(), "\n"), tt.want)
			require.Equal(t, b.logged(), b.phone.Complaints())
		})
	}
}

func TestPushWithNothingBehindItIsSpurious(t *testing.T) {
	b := start(t)
	_, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	tokens := b.set("s1", map[string]any{"balance": 6})
	b.pushes.push(tokens...)
	b.shows(t, b.phone, "s1", "6")
	b.clock.pass(time.Hour)
	b.pushes.push(tokens...)
	require.Eventually(t, func() bool { return len(b.logged()) == 1 }, 5*time.Second, time.Millisecond)
	require.Contains(t, b.logged()[0], "spurious push")
}

func TestFailedFetchIsTriedAgainAndNotForgotten(t *testing.T) {
	b := start(t)
	_, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	tokens := b.set("s1", map[string]any{"balance": 6})
	b.with(func() { b.fail = 3 })
	b.pushes.push(tokens...)
	b.shows(t, b.phone, "s1", "6")
	require.Positive(t, b.phone.Stats().Retries)

	b.with(func() { b.fail = 100 }) // longer than the phone's patience
	b.pushes.push(b.set("s1", map[string]any{"balance": 7})...)
	require.Eventually(t, func() bool { return b.phone.Stats().Failures >= 7 }, 5*time.Second, time.Millisecond)
	b.with(func() { b.fail = 0 })
	require.NoError(t, b.phone.Refresh(t.Context()))
	b.shows(t, b.phone, "s1", "7")
}

func TestRegistrationThatFailedIsMadeUpFor(t *testing.T) {
	b := start(t)
	link := b.add("s1", 5)
	b.with(func() { b.locked = true })
	_, err := b.phone.Add(t.Context(), link)
	require.ErrorContains(t, err, "register")
	require.Len(t, b.phone.Passes(), 1)
	require.Contains(t, b.logged()[0], "register task failed with authentication failure")
	require.Eventually(t, func() bool { return b.phone.Stats().Failures == 3 }, 5*time.Second, time.Millisecond, "it tries again and gives up")
	b.with(func() { b.locked = false })
	require.NoError(t, b.phone.Refresh(t.Context()))
	require.True(t, b.phone.Passes()[0].Registered)
}

func TestRegistrationIsTriedAgainWithoutAPush(t *testing.T) {
	b := start(t)
	link := b.add("s1", 5)
	b.with(func() { b.busy = 2 })
	_, err := b.phone.Add(t.Context(), link)
	require.ErrorContains(t, err, "register")
	require.Eventually(t, func() bool { return b.phone.Passes()[0].Registered }, 5*time.Second, time.Millisecond)
	requireNoLogs(t, b.server)
}

func TestPassThatIsNoPassIsNotAdded(t *testing.T) {
	b := start(t)
	link := b.add("s1", 5)
	b.with(func() { b.htmlType = true })
	_, err := b.phone.Add(t.Context(), link)
	require.ErrorContains(t, err, "content type")
	_, err = b.phone.Add(t.Context(), "http://cafe.example/p/x.pkpass")
	require.ErrorContains(t, err, "https")
	b.with(func() { b.htmlType = false; b.edit = func(c map[string]any) { c["authenticationToken"] = "short" } })
	_, err = b.phone.Add(t.Context(), link)
	require.ErrorContains(t, err, "authenticationToken")
	require.Empty(t, b.phone.Passes())

	o := b.options()
	o.Verify = func([]byte) error { return errors.New("signed by nobody") }
	strict := wallettest.NewPhone(o)
	t.Cleanup(strict.Close)
	b.with(func() { b.edit = nil })
	_, err = strict.Add(t.Context(), link)
	require.ErrorContains(t, err, "signed by nobody")
}

func TestChangedPushTokenReachesTheServer(t *testing.T) {
	b := start(t)
	_, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	old := b.set("s1", map[string]any{"balance": 6})
	require.NoError(t, b.phone.ChangeToken(t.Context()))
	tokens := b.set("s1", map[string]any{"balance": 7})
	require.NotEqual(t, old, tokens)
	b.pushes.push(old...)
	require.Never(t, func() bool { return b.phone.Stats().Pushes > 0 }, 50*time.Millisecond, 10*time.Millisecond)
	b.pushes.push(tokens...)
	b.shows(t, b.phone, "s1", "7")
}

func TestPhoneThatSleptGoesOnWhereItWas(t *testing.T) {
	b := start(t)
	_, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	b.set("s1", map[string]any{"balance": 6})
	require.NoError(t, b.phone.Refresh(t.Context()))
	saved, err := json.Marshal(b.phone.State())
	require.NoError(t, err)
	b.phone.Close()
	tokens := b.set("s1", map[string]any{"balance": 7})

	var state wallettest.PhoneState
	require.NoError(t, json.Unmarshal(saved, &state))
	again, err := wallettest.RestorePhone(b.options(), state)
	require.NoError(t, err)
	t.Cleanup(again.Close)
	require.NoError(t, again.Boot(t.Context()))
	b.shows(t, again, "s1", "7")
	require.NotEmpty(t, tokens)
	b.pushes.push(b.set("s1", map[string]any{"balance": 8})...)
	b.shows(t, again, "s1", "8")
	require.Len(t, b.devices, 1, "it is the same device")
	requireNoLogs(t, b.server)
}

func TestMisbehavingPhone(t *testing.T) {
	b := start(t)
	_, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	for what, want := range map[wallettest.Misbehaviour]map[int]int{
		wallettest.ManyDevices: {201: 20}, wallettest.WrongToken: {401: 20}, wallettest.GarbageTag: {200: 20}, wallettest.FloodLog: {200: 20},
	} {
		got, err := b.phone.Misbehave(t.Context(), what, "s1", 20)
		require.NoError(t, err, what)
		if what == wallettest.GarbageTag {
			delete(got, 204) // -1 and far numbers are tags to this simple server
			require.Positive(t, got[200])
			continue
		}
		require.Equal(t, want, got, what)
	}
	_, err = b.phone.Misbehave(t.Context(), "sing", "s1", 1)
	require.ErrorContains(t, err, "many-devices")

	_, err = b.phone.Misbehave(t.Context(), wallettest.NeverAsk, "", 1)
	require.NoError(t, err)
	lists := b.phone.Stats().Lists
	b.pushes.push(b.set("s1", map[string]any{"balance": 6})...)
	require.Eventually(t, func() bool { return b.phone.Stats().Pushes > 0 }, 5*time.Second, time.Millisecond)
	require.NoError(t, b.phone.Refresh(t.Context()))
	require.Equal(t, lists, b.phone.Stats().Lists)
}

func TestCardIsShownAsText(t *testing.T) {
	b := start(t)
	card, err := b.phone.Add(t.Context(), b.add("s1", 5))
	require.NoError(t, err)
	for _, want := range []string{"Corner Café", "POINTS 5", "[QR]", "71234567890123456784", "7123 4567 8901 2345 6784"} {
		require.Contains(t, card.Text(), want)
	}
	for line := range strings.SplitSeq(strings.TrimSpace(card.Text()), "\n") {
		require.Len(t, []rune(line), 50)
	}
}

func TestFleetFollowsItsPassesWithFewGoroutines(t *testing.T) {
	b := start(t)
	fleet := wallettest.NewFleet(b.options(), 4)
	t.Cleanup(fleet.Close)
	const n = 300 // more than one group of ears
	var links []string
	for i := range n {
		links = append(links, b.add(fmt.Sprintf("f%d", i), 1))
	}
	phones, err := fleet.Add(t.Context(), links...)
	require.NoError(t, err)
	require.Len(t, phones, n)
	require.Less(t, runtime.NumGoroutine(), 100)
	for i := range phones {
		b.pushes.push(b.set(fmt.Sprintf("f%d", i), map[string]any{"balance": 2})...)
	}
	for i, p := range phones {
		b.shows(t, p, fmt.Sprintf("f%d", i), "2")
	}
	require.Equal(t, n, fleet.Stats().Fetches)
	require.Equal(t, n, fleet.Stats().Pushes)
	requireNoLogs(t, b.server)
	require.NoError(t, fleet.Refresh(t.Context()))
	require.Equal(t, 2*n, fleet.Stats().Lists)
	for _, p := range phones[:100] {
		require.NoError(t, p.ChangeToken(t.Context()))
	}
	b.pushes.push(b.set("f7", map[string]any{"balance": 3})...)
	b.shows(t, phones[7], "f7", "3")
}
