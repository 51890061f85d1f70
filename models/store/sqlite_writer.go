package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

var errClosed = errors.New("database is closed")

// groupOps bounds how many writes share a commit, and so how long each waits.
const groupOps = 2000

// sqliteWriter is the one goroutine that writes. It takes every job that waits,
// applies them in one transaction and commits it once, so that writers at the
// same time share a sync; then it answers them all.
type sqliteWriter struct {
	db    *sql.DB
	jobs  chan *job
	ended chan error // gets the reason when the goroutine ends

	mu     sync.RWMutex // held for reading while a job is put in jobs
	closed bool
}

// job is what one caller wants written.
type job struct {
	ops  []writeOp
	goOn bool                    // past single failures
	run  func(*sqliteConn) error // instead of ops: work that needs the connection to itself

	state  atomic.Int32
	done   chan struct{}
	failed []failure
	err    error
}

const (
	jobWaits     int32 = iota
	jobTaken           // it will be answered
	jobWithdrawn       // it will never be done
)

func startWriter(ctx context.Context, db *sql.DB) (*sqliteWriter, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var raw *sqliteConn
	err = conn.Raw(func(c any) (err error) { raw, err = newSQLiteConn(c); return err })
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	w := &sqliteWriter{db: db, jobs: make(chan *job, 1024), ended: make(chan error, 1)}
	go func() {
		// The loop has the driver's own connection all its life: its prepared
		// statements cost a fraction of database/sql's.
		err := conn.Raw(func(any) error {
			w.loop(raw)
			return raw.close()
		})
		w.ended <- errors.Join(err, conn.Close())
	}()
	return w, nil
}

// close lets the jobs that wait be done, then ends the goroutine.
func (w *sqliteWriter) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.jobs)
	w.mu.Unlock()
	return errors.Join(<-w.ended, w.db.Close())
}

// submit has j done and waits for the answer. When ctx ends before the writer
// took j, it is never done; after that the answer is near and is waited for, so
// that the caller is not left in doubt.
func (w *sqliteWriter) submit(ctx context.Context, j *job) error {
	j.done = make(chan struct{})
	if err := w.queue(ctx, j); err != nil {
		return err
	}
	select {
	case <-j.done:
	case <-ctx.Done():
		if j.state.CompareAndSwap(jobWaits, jobWithdrawn) {
			return ctx.Err()
		}
		<-j.done
	}
	return j.err
}

func (w *sqliteWriter) queue(ctx context.Context, j *job) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *sqliteWriter) loop(c *sqliteConn) {
	for j := range w.jobs {
		for j != nil {
			j = w.group(c, j)
		}
	}
}

// group does first and all that waits behind it in one transaction, and
// returns a job that it took but that has to be alone.
func (w *sqliteWriter) group(c *sqliteConn, first *job) (next *job) {
	var taken []*job
	err := c.begin()
	for j, ops := first, 0; j != nil; j = w.waiting(ops) {
		if j.run != nil && len(taken) > 0 {
			next = j
			break
		}
		if !j.state.CompareAndSwap(jobWaits, jobTaken) {
			continue
		}
		taken = append(taken, j)
		ops += len(j.ops)
		if err == nil {
			err = c.apply(j)
		}
		if j.run != nil {
			break
		}
	}
	if err == nil {
		err = c.commit()
	}
	if err != nil {
		c.rollback()
	}
	for _, j := range taken {
		if err != nil {
			j.err, j.failed = err, nil
		}
		close(j.done)
	}
	return next
}

// waiting returns a job that is there already, if the group has room for it.
func (w *sqliteWriter) waiting(ops int) *job {
	if ops >= groupOps {
		return nil
	}
	select {
	case j := <-w.jobs: // nil once closed and drained
		return j
	default:
		return nil
	}
}

// insertChunk keeps a large InsertMany from holding up everybody else.
const insertChunk = 500

func (e *sqliteEngine) write(ctx context.Context, ops []writeOp, goOn bool) ([]failure, error) {
	var failed []failure
	size := len(ops)
	if goOn { // what has to be in order stays in one commit
		size = insertChunk
	}
	for at := 0; at < len(ops); at += size {
		j := &job{ops: ops[at:min(at+size, len(ops))], goOn: goOn}
		if err := e.writer.submit(ctx, j); err != nil {
			return nil, fmt.Errorf("write: %w", sqliteError(ctx, err))
		}
		for _, f := range j.failed {
			failed = append(failed, failure{at: at + f.at, err: f.err})
		}
	}
	return failed, nil
}

func (e *sqliteEngine) replace(ctx context.Context, ops []writeOp) (int, error) {
	failed, err := e.write(ctx, ops, true)
	if err != nil {
		return 0, err
	}
	for _, f := range failed {
		if !errors.Is(f.err, ErrConflict) {
			return 0, f.err
		}
	}
	return len(ops) - len(failed), nil
}
