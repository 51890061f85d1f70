package wallet

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/models"
	"regulars/models/store"
)

// Import is a file of members or of purchases from another system, as
// delimited text in UTF-8.
//
// It may be cut off at any point and done again, in part or as a whole:
// nothing is counted twice. The ids of a member follow from the customer
// number, and each purchase has a key: from the key or receipt column if there
// is one, else from what the line says and its number among equal lines of the
// file, so that lines may be added or moved. The same columns have to be given
// each time.
//
// What two lines claim, such as one phone number for two customers, is the
// first one's in the file, each time.
type Import struct {
	Program    models.ProgramID
	Kind       ImportKind
	Text       io.Reader
	Delimiter  byte // Blanks for runs of blanks, without quotes
	Header     bool // the first line names the columns
	Columns    []string
	Map        map[string]string // field to the name of its header, or its number from 1
	DateLayout string            // empty: ISO 8601; see layoutOf
	Decimal    byte              // before the decimals of an amount; zero: a point
	Currency   string            // of the amounts; empty: the program's
	DryRun     bool              // read and report, write nothing
	Workers    int               // accounts that are booked at once; zero: 256

	units []models.Unit // that the program counts

	Bad      func(BadLine)      // called for each line that is refused, one at a time, in the order of the file
	Progress func(ImportReport) // called every 100 ms or so, one at a time
}

// BadLine says why a line was not imported.
type BadLine struct {
	Line int // from 1, with the header
	Why  *models.Error
}

// ImportReport is how far an import has come; of a dry run, what would have
// been done.
type ImportReport struct {
	Bytes    int64 // of the file
	Lines    int64 // without the header and empty ones
	Bad      int64
	Members  int64 // made
	Existing int64 // lines of members that were there
	Booked   int64 // purchases, or opening balances
	Known    int64 // booked by an earlier import
	Amount   int64 // sum of the purchases that were booked, in minor units

	Opened map[models.Unit]int64 // sum of the opening balances that were booked
}

// The workings of an import. Memory is bounded by these, whatever the size of
// the file; only the table of lines seen grows, by about 20 bytes a line, where
// the file has no key column, and in a dry run that of members to be made.
const (
	importWorkers  = 256
	importPerBlock = 64       // lines for each worker that are read before they are booked
	importBytes    = 4 << 20  // of the file that these may take
	importChunk    = 32       // lines of one customer that are booked in one go
	importAccounts = 64 << 10 // accounts whose newest state is kept
)

// importRun is an import under way.
type importRun struct {
	*Service
	in       Import
	program  *models.Program
	pilot    store.Pilot // for those who bear its tag; zero when there is none
	zone     *time.Location
	layouts  []string
	columns  columns
	seen     map[uint64]uint32 // times that a line came, by a hash of what it says
	planned  *planned
	accounts accountCache

	mu     sync.Mutex // guards what follows, and the callbacks
	report ImportReport
	bad    []BadLine // of the block in hand
}

// Import brings the lines of a file into the program and reports what it did.
// Lines that can't be taken are told to in.Bad, and the others are imported;
// an error means that the import as a whole stopped.
func (s *Service) Import(ctx context.Context, in Import) (ImportReport, error) {
	r, text, err := s.newImport(ctx, in)
	if err != nil {
		return ImportReport{}, err
	}
	shown := r.show()
	err = r.run(ctx, text)
	if !in.DryRun {
		_, headsErr := s.flushHeads(context.WithoutCancel(ctx))
		err = errors.Join(err, headsErr)
		s.nudge(models.PriorityImport)
	}
	shown()
	return r.report, err
}

func (s *Service) newImport(ctx context.Context, in Import) (*importRun, *textReader, error) {
	if _, ok := importFields[in.Kind]; !ok {
		return nil, nil, models.Fail(models.Invalid, "unknown_kind", "kind", "Members and purchases can be imported.")
	}
	program, err := s.Stores.Programs.Current(ctx, in.Program)
	if err != nil {
		return nil, nil, err
	}
	if in.Currency != "" && in.Currency != program.Currency {
		return nil, nil, models.Fail(models.Invalid, "wrong_currency", "currency", "This program counts in "+program.Currency+".")
	}
	if in.Decimal == 0 {
		in.Decimal = '.'
	}
	if in.Workers <= 0 {
		in.Workers = importWorkers
	}
	in.units = program.Units()
	r := &importRun{
		Service: s, in: in, program: program, zone: program.Zone(), seen: map[uint64]uint32{},
		accounts: accountCache{of: map[who]*importAccount{}},
	}
	if r.pilot, err = s.Stores.Programs.Pilot(ctx, program.ID); err != nil && models.KindOf(err) != models.NotFound {
		return nil, nil, err
	}
	if in.DryRun {
		r.planned = newPlanned()
	}
	if r.layouts, err = layoutOf(in.DateLayout); err != nil {
		return nil, nil, err
	}
	text, err := newTextReader(in.Text, in.Delimiter)
	return r, text, err
}

// run reads one block of lines while the one before is booked. Blocks follow
// each other, so that what comes first in the file is there first.
func (r *importRun) run(ctx context.Context, text *textReader) error {
	g, ctx := errgroup.WithContext(ctx)
	blocks := make(chan *lineBlock)
	g.Go(func() error {
		defer close(blocks)
		return r.read(ctx, text, blocks)
	})
	g.Go(func() error {
		for b := range blocks {
			if err := r.bookBlock(ctx, b); err != nil {
				return err
			}
		}
		return nil
	})
	return g.Wait()
}

// begin finds the columns by the first line.
func (r *importRun) begin(first record) (err error) {
	if first.err != nil && r.in.Header {
		return first.err
	}
	if r.columns, err = r.in.columnsOf(first.cells); err == nil && r.in.Header {
		r.count(func(rep *ImportReport) { rep.Bytes += first.bytes })
	}
	return err
}

func (r *importRun) count(add func(*ImportReport)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	add(&r.report)
}

// show calls Progress until the returned function is called.
func (r *importRun) show() (stop func()) {
	if r.in.Progress == nil {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for done := false; !done; {
			select {
			case <-tick.C:
			case <-end:
				done = true
			}
			r.count(func(rep *ImportReport) { r.in.Progress(*rep) })
		}
	}()
	return func() { close(end); <-ended }
}
