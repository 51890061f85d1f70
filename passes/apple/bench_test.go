package apple

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"image"
	"image/png"
	"io"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
)

// BenchmarkPass compares signed passes, from a member's state to the file, with
// bare signatures by the same key, in turns within one run. It counts the
// processor's time of the whole process, garbage collection included, so that
// other work on the machine does not blur the ratio. Run it with -cpu 1, and
// with the tags openssl and pkcs11 for the other signers.
func BenchmarkPass(b *testing.B) {
	for _, keeper := range keepers() {
		for _, kind := range []struct {
			KeyKind
			make func() (Development, error)
		}{{RSA2048, developmentOnce}, {P256, curveOnce}} {
			b.Run(keeper.name+" "+string(kind.KeyKind), func(b *testing.B) {
				d, err := kind.make()
				require.NoError(b, err)
				benchmark(b, signedWith(b, d, keeper.open(b, d)))
			})
		}
	}
}

func benchmark(b *testing.B, c *Credentials) {
	builder, err := NewBuilder(c)
	require.NoError(b, err)
	s := anna()
	d, err := NewDesign(cafe())
	require.NoError(b, err)
	id, digest := identity(c), make([]byte, 32)
	const turn = 20
	var bare, full time.Duration
	for b.Loop() {
		start := processorTime(b)
		for range turn {
			digest[0]++
			if _, err := c.key.Sign(rand.Reader, digest, crypto.SHA256); err != nil {
				b.Fatal(err)
			}
		}
		between := processorTime(b)
		for range turn {
			s.Balances[0].Amount++
			if _, err := made(d, builder, s, id); err != nil {
				b.Fatal(err)
			}
		}
		bare, full = bare+between-start, full+processorTime(b)-between
	}
	b.ReportMetric(0, "ns/op") // two things in one; the parts say more
	b.ReportMetric(float64(bare)/float64(full)*100, "%-of-bare-rate")
	b.ReportMetric(float64(bare.Microseconds())/float64(turn*b.N), "µs/signature")
	b.ReportMetric(float64(full.Microseconds())/float64(turn*b.N), "µs/pass")
}

// made is all that is done for a pass of which nothing is there yet.
func made(d *Design, b *Builder, s passes.State, id Identity) (Bundle, error) {
	pass, err := d.Card(s, id)
	if err != nil {
		return nil, err
	}
	return b.Build(d, &pass, noon)
}

// processorTime is what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// given is a signature that is there already.
type given struct {
	crypto.Signer
	signature []byte
}

func (g given) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return g.signature, nil }

// withoutSigning returns a builder that puts the same signature on everything.
func withoutSigning(t testing.TB, c *Credentials) *Builder {
	t.Helper()
	free := *c
	free.key = given{c.key, make([]byte, 256)}
	b, err := NewBuilder(&free)
	require.NoError(t, err)
	return b
}

// Beside the signature a pass costs few and small pieces of memory: what is
// allocated has to be collected, which was the dearest part of a pass.
func TestAPassTakesLittleMemory(t *testing.T) {
	_, c := development(t)
	d, err := designOnce()
	require.NoError(t, err)
	b, s, id := withoutSigning(t, c), anna(), identity(c)
	s.Balances[0].Amount = 1234
	one := func() {
		if _, err := made(d, b, s, id); err != nil {
			t.Error(err)
		}
	}
	require.Less(t, testing.AllocsPerRun(100, one), 60.0)
	var before, after runtime.MemStats
	const runs = 200
	runtime.ReadMemStats(&before)
	for range runs {
		one()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/runs, uint64(25<<10), "the pictures are not copied")
}

// BenchmarkCard makes the passes that docs/bench/generator.js makes with
// another library: the same pass.json, key and pictures, 100 KB of them. With
// REGULARS_BENCH_CARD it leaves them in that folder first.
func BenchmarkCard(b *testing.B) {
	dev, c := development(b)
	p := heavy()
	d, err := NewDesign(p)
	require.NoError(b, err)
	builder, err := NewBuilder(c)
	require.NoError(b, err)
	s, id := holding(p, models.State{Balances: map[models.Unit]int64{models.Points: 30}}), identity(c)
	if folder := os.Getenv("REGULARS_BENCH_CARD"); folder != "" {
		file, err := made(d, builder, s, id)
		require.NoError(b, err)
		leave(b, folder, file, dev)
	}
	b.Run("signature", func(b *testing.B) {
		perSecond(b, func() error {
			_, err := c.key.Sign(rand.Reader, make([]byte, 32), crypto.SHA256)
			return err
		})
	})
	b.Run("cold", func(b *testing.B) {
		perSecond(b, func() error {
			d, err := NewDesign(p)
			if err == nil {
				_, err = made(d, builder, s, id)
			}
			return err
		})
	})
	b.Run("warm", func(b *testing.B) {
		perSecond(b, func() error {
			s.Balances[0].Amount++
			_, err := made(d, builder, s, id)
			return err
		})
	})
}

// perSecond reports how many times a second of one core's time f is done.
func perSecond(b *testing.B, f func() error) {
	start := processorTime(b)
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/(processorTime(b)-start).Seconds(), "per-s")
}

// leave unpacks a pass into folder/card, and its certificates into folder.
func leave(b *testing.B, folder string, file Bundle, d Development) {
	b.Helper()
	require.NoError(b, os.MkdirAll(filepath.Join(folder, "card"), 0o700))
	entries := unzip(b, file.Bytes())
	delete(entries, "manifest.json")
	delete(entries, "signature")
	for name, data := range entries {
		require.NoError(b, os.WriteFile(filepath.Join(folder, "card", name), data, 0o600))
	}
	for name, pem := range map[string][]byte{"wwdr.pem": d.WWDR, "pass.pem": d.Pass, "pass.key": d.Key} {
		require.NoError(b, os.WriteFile(filepath.Join(folder, name), pem, 0o600))
	}
}

// heavy is the café with a strip of its own that makes its pictures 100 KB in
// all: a photograph, as far as its size goes.
func heavy() *models.Program {
	photo := image.NewRGBA(image.Rect(0, 0, 12, 4))
	grain := mathrand.New(mathrand.NewPCG(1, 2))
	for i := range photo.Pix {
		photo.Pix[i] = 90 + byte(grain.IntN(10))
	}
	for i := 3; i < len(photo.Pix); i += 4 {
		photo.Pix[i] = 255
	}
	var file bytes.Buffer
	if err := png.Encode(&file, photo); err != nil {
		panic(err) // nothing can fail in memory
	}
	p := cafe()
	p.Brand.Strip = file.Bytes()
	return p
}

// BenchmarkContent is what a pass costs but for its signature.
func BenchmarkContent(b *testing.B) {
	_, c := development(b)
	d, err := designOnce()
	require.NoError(b, err)
	builder, s, id := withoutSigning(b, c), anna(), identity(c)
	b.ReportAllocs()
	for b.Loop() {
		s.Balances[0].Amount++
		if _, err := made(d, builder, s, id); err != nil {
			b.Fatal(err)
		}
	}
}
