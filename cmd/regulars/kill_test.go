package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models/store/storetest"
)

// Sizes of the kill test.
const (
	killRounds  = 20 // at least that often it is killed
	killTills   = 8
	killMembers = 24
	killIPhones = 10 // the first members have one
	killAndroid = 6  // and these after them, the first two of whom have an iPhone too
	seedVar     = "REGULARS_TEST_SEED"
)

// Whatever a till was told is booked survives kill -9 at any moment, once;
// and every phone ends up showing the last balance.
func TestKilledUnderLoadLosesNothing(t *testing.T) {
	binary := build(t)
	t.Run("sqlite", func(t *testing.T) { besiege(t, newSite(t, binary)) })
	t.Run("mongodb", func(t *testing.T) {
		uri, database := storetest.MongoServer(t)
		besiege(t, newSite(t, binary, "--mongodb", uri, "--database", database))
	})
}

// seed is that of the test's random choices, another one on request.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := uint64(1)
	if text := os.Getenv(seedVar); text != "" {
		var err error
		n, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, seedVar)
	}
	t.Logf("%s=%d", seedVar, n)
	return n
}

func besiege(t *testing.T, s *site) {
	first := seed(t)
	lot := rand.New(rand.NewPCG(first, 0))
	phones, boss := newCrowd(t, s), newCaller(t, s, cornerShop)
	s.found(t, cornerShop)
	server := s.start(t, "serve")
	boss.signIn(t)
	members, secrets := enrolAll(t, boss, phones)

	j := &journal{wishes: map[string]*wish{}}
	coming := newClientele(members...)
	stop := openTills(t, boss, j, first, coming)
	for round := range killRounds {
		awaitAnswers(t, j, 10+lot.IntN(40))
		time.Sleep(time.Duration(100+lot.IntN(600)) * time.Millisecond)
		server.kill()
		if round < len(members)-4 {
			coming.leave(members[round])
		}
		if round%4 == 3 { // also while it starts
			again := s.launch(t, "serve")
			time.Sleep(time.Duration(lot.IntN(400)) * time.Millisecond)
			again.kill()
		}
		server = s.start(t, "serve")
	}
	awaitAnswers(t, j, 50)
	stop()

	books := boss.checkBooks(t, j, members)
	rest := phones.settle(t, books, time.Minute)
	boss.checkEnrolled(t, j)
	boss.checkReplays(t, j, 200)
	require.Equal(t, books, boss.checkBooks(t, j, members), "nothing came after it came to rest")
	phones.requireContent(t, books)
	status, _ := server.stop(t, syscall.SIGTERM)
	require.Zero(t, status)
	s.do(t, "ledger", "verify")
	requireDiscreet(t, s.told(t), append(append(secrets, phones.secrets()...), boss.token, boss.password, boss.email))
	t.Logf("%d wishes, %d booked and told, %d sent again, %d given up; phones at rest after %s",
		len(j.wishes), j.told, j.again, j.lost, rest.Round(time.Millisecond))
}

// enrolAll makes the members and gives phones to some. It returns their ids,
// and what a log must not tell of them.
func enrolAll(t *testing.T, boss *caller, phones *crowd) (ids, secrets []string) {
	t.Helper()
	for n := range killMembers {
		m := boss.enrol(t, n)
		ids, secrets = append(ids, m.ID), append(secrets, m.secrets()...)
		if n < killIPhones {
			phones.giveIPhone(t, fmt.Sprintf("iphone-%d", n), m)
		}
		if n >= killIPhones-2 && n < killIPhones-2+killAndroid {
			phones.giveAndroid(t, fmt.Sprintf("android-%d", n), m)
		}
	}
	return ids, secrets
}

// openTills lets the tills book until stop is called, which waits for what
// they are at.
func openTills(t *testing.T, boss *caller, j *journal, seed uint64, members *clientele) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	for n := range killTills {
		one := &till{
			caller: boss, journal: j, lot: rand.New(rand.NewPCG(seed, uint64(n+1))),
			name: fmt.Sprintf("till-%d", n+1), first: 100_000 * (n + 1), members: members, patient: n%2 == 0,
		}
		working.Go(func() { one.work(ctx) })
	}
	stop = func() {
		cancel()
		working.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// awaitAnswers waits until the tills were told of so many more entries: a
// server that is killed before it did anything proves nothing.
func awaitAnswers(t *testing.T, j *journal, more int) {
	t.Helper()
	want, deadline := j.answers()+more, time.Now().Add(away)
	for j.answers() < want {
		require.True(t, time.Now().Before(deadline), "the tills get no answers")
		time.Sleep(5 * time.Millisecond)
	}
}

// told is the log of all servers.
func (s *site) told(t *testing.T) string {
	t.Helper()
	_, err := s.log.Seek(0, io.SeekStart)
	require.NoError(t, err)
	var b strings.Builder
	_, err = io.Copy(&b, s.log)
	require.NoError(t, err)
	return b.String()
}
