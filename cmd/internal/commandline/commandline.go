// Package commandline is where our programs meet whoever types their commands:
// help when it is asked for, one line when a command can't be read, and
// sentences in the place of what the system says.
//
// What a program can do is its own; this package knows no command but help.
package commandline

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"regulars/models"
)

// The exit statuses of our programs.
const (
	Done        = 0
	Failure     = 1
	Misread     = 2   // the command line or a setting is wrong; nothing was done
	Interrupted = 130 // as shells have it
)

// Program is a program's name and where it writes to.
type Program struct {
	Name       string
	Out        io.Writer
	Complaints io.Writer
}

// Parse reads args into commands, a struct as kong wants it. The context is nil
// when there is nothing to carry out, because help was given or a mistake was
// told; then status is the exit status.
func (p Program) Parse(commands any, args []string, options ...kong.Option) (k *kong.Context, status int) {
	exited := -1
	options = append([]kong.Option{
		kong.Name(p.Name), kong.Writers(p.Out, p.Complaints), kong.Exit(func(status int) { exited = status }),
	}, options...)
	parser, err := kong.New(commands, options...)
	if err != nil {
		fmt.Fprintf(p.Complaints, "%s: %v\n", p.Name, err)
		return nil, Misread
	}
	k, err = parser.Parse(args)
	switch {
	case exited >= 0: // --help
		return nil, exited
	case err != nil:
		var at *kong.Context
		if e, ok := errors.AsType[*kong.ParseError](err); ok {
			at = e.Context
		}
		p.misread(err, at)
		return nil, Misread
	}
	return k, Done
}

// Failed tells why a command failed, and returns the exit status.
func (p Program) Failed(err error, k *kong.Context) int {
	if _, ok := errors.AsType[*Mistake](err); ok {
		p.misread(err, k)
		return Misread
	}
	fmt.Fprintf(p.Complaints, "%s: %s\n", p.Name, Sentence(err))
	return Failure
}

// misread tells of a mistake in one line, and where help is.
func (p Program) misread(err error, k *kong.Context) {
	help := p.Name + " help"
	if k != nil {
		for _, at := range k.Path {
			if at.Command != nil && at.Command.Name != "help" {
				help += " " + at.Command.Name
			}
		}
	}
	fmt.Fprintf(p.Complaints, "%s: %s; see %s\n", p.Name, strings.TrimSuffix(Sentence(err), "."), help)
}

// Mistake is something wrong with the command line, or with a setting that
// could as well stand there.
type Mistake struct{ Msg string }

func (m *Mistake) Error() string { return m.Msg }

// Mistakef returns a Mistake.
func Mistakef(format string, args ...any) error { return &Mistake{fmt.Sprintf(format, args...)} }

// Help is the command that shows how the others are used.
type Help struct {
	Command []string `arg:"" optional:"" help:"The command, such as: import members."`
}

// Run prints the usage of a command, or of the program.
func (h Help) Run(k *kong.Context) error {
	asked, err := kong.Trace(k.Kong, h.Command)
	if err == nil {
		err = asked.Error
	}
	if err != nil {
		return Mistakef("there is no command %s", strings.Join(h.Command, " "))
	}
	return asked.PrintUsage(false)
}

// Sentence is what a person at the terminal reads of a failure.
func Sentence(err error) string {
	e, ok := errors.AsType[*models.Error](err)
	switch {
	case !ok:
		return plain(err)
	case e.Err != nil:
		return e.Msg + " (" + plain(e.Err) + ")"
	}
	return e.Msg
}

// plain puts what the system says of a file or an address into words, and all
// on one line.
func plain(err error) string {
	text := err.Error()
	if f, ok := errors.AsType[*fs.PathError](err); ok {
		text = strings.Replace(text, f.Error(), aboutFile(f), 1)
	}
	if call, ok := errors.AsType[*url.Error](err); ok {
		text = strings.Replace(text, call.Error(), call.Err.Error(), 1)
	}
	if n, ok := errors.AsType[*net.OpError](err); ok {
		text = strings.Replace(text, n.Error(), aboutNetwork(n), 1)
	}
	return strings.Join(strings.Fields(text), " ")
}

func aboutNetwork(n *net.OpError) string {
	at := "it"
	if n.Addr != nil {
		at = n.Addr.String()
	}
	name, isName := errors.AsType[*net.DNSError](n)
	wrong, isWrong := errors.AsType[*net.AddrError](n)
	switch {
	case errors.Is(n, syscall.ECONNREFUSED):
		return "nothing listens on " + at
	case errors.Is(n, syscall.EADDRINUSE):
		return "another program listens on " + at + " already"
	case errors.Is(n, syscall.EADDRNOTAVAIL):
		return at + " is no address of this machine"
	case errors.Is(n, syscall.EACCES):
		return "this user may not listen on " + at
	case isWrong && wrong.Err == "invalid port":
		return wrong.Addr + " is no port"
	case isWrong:
		return wrong.Addr + " is no address with a port, such as 127.0.0.1:8080"
	case isName:
		return "there is no host of the name " + name.Name
	case n.Timeout():
		return at + " does not answer"
	}
	return n.Error()
}

func aboutFile(f *fs.PathError) string {
	switch {
	case errors.Is(f, fs.ErrNotExist):
		return "there is no file or folder " + f.Path
	case errors.Is(f, fs.ErrPermission):
		return "this user may not open " + f.Path
	case errors.Is(f, syscall.EISDIR):
		return f.Path + " is a folder, and a file is needed"
	case errors.Is(f, syscall.ENOTDIR):
		return "a part of the path " + f.Path + " is a file, and no folder"
	case errors.Is(f, syscall.ENOSPC):
		return "the disk is full: " + f.Path + " can't be written"
	}
	return f.Path + ": " + f.Err.Error()
}

// Count writes a number with what is counted, as in "1 line" and "2 lines".
func Count[N int | int64](n N, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprint(n) + " " + more
}
