# Part of .ci/mongo: FerretDB in front of PostgreSQL with the DocumentDB
# extension. FerretDB is built from its Go module; PostgreSQL and the extension
# come from Debian's unstable suite into a folder of their own, so that nothing
# of the machine's own system changes (but for mmdebstrap, which it installs).

ferretdb_version=v2.7.0
root=$state/debian

# inside COMMAND...: runs it in that folder as postgres. The mounts live in a
# namespace of their own and end with the command: nothing is left to unmount,
# and deleting the folder can never reach the machine's /dev.
inside() { unshare --mount sh -c "$enter" enter "$root" "$@"; }
enter='mount --bind /dev "$1/dev" && mount -t proc proc "$1/proc" || exit 1
root=$1; shift; cd /; exec chroot --userspec=postgres:postgres "$root" "$@"'

# possible says in $why what stands in the way, if anything does.
possible() {
	if [ ! -f /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
		why="$why; FerretDB is only set up on Debian as root"
	elif ! command -v go >/dev/null; then
		why="$why; no go on the PATH to build FerretDB"
	elif ! unshare --mount true 2>/dev/null; then
		why="$why; this machine does not allow mounts, which FerretDB's database needs"
	else
		return 0
	fi
	return 1
}

# mirror prints the Debian archive that the machine's own package sources name.
mirror() {
	apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
		awk -F'|' '$1 == "Debian" && $2 == "Debian" && !seen++ { print $3 }'
}

build_ferretdb() {
	[ -x "$cache/tools/ferretdb" ] && return
	say "building FerretDB $ferretdb_version (about a minute)"
	(cd / && GOBIN=$cache/tools GOFLAGS= go install \
		"github.com/FerretDB/FerretDB/v2/cmd/ferretdb@$ferretdb_version") \
		>"$state/build.log" 2>&1 || why="$why; FerretDB could not be built, see $state/build.log"
	[ -x "$cache/tools/ferretdb" ]
}

# fetch_postgres fills $root with a minimal system and the extension, for which
# PostgreSQL comes along. Its version moves with the suite, hence the pattern.
fetch_postgres() {
	command -v mmdebstrap >/dev/null || "$here/install" mmdebstrap || return 1
	[ -n "$(mirror)" ] || apt-get update -q || return 1
	rm -rf "$root"
	mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' \
		--aptopt='APT::Install-Recommends "false"' \
		--include='?name(^postgresql-[0-9]+-documentdb$)' sid "$root" "$(mirror)" &&
		mkdir -p "$root/var/lib/regulars" &&
		chroot "$root" chown postgres:postgres /var/lib/regulars
}

unpack_postgres() {
	[ -f "$state/unpacked" ] && return
	say "unpacking PostgreSQL with DocumentDB from Debian's packages (2 to 3 minutes, 700 MB)"
	if fetch_postgres >"$state/unpack.log" 2>&1; then
		touch "$state/unpacked"
	else
		why="$why; PostgreSQL could not be unpacked, see $state/unpack.log"
		return 1
	fi
}

# make_cluster BIN: an empty database with durable commits, as PostgreSQL has
# them. A race on a unique index can end as a deadlock, which is only noticed
# after deadlock_timeout; its usual second would slow such tests down.
make_cluster() {
	[ -s "$root/var/lib/regulars/data/postgresql.conf" ] && return
	inside "$1/initdb" -D /var/lib/regulars/data -A trust -U postgres --locale=C.UTF-8 || return 1
	cat >>"$root/var/lib/regulars/data/postgresql.conf" <<-'CONF'
		listen_addresses = '127.0.0.1'
		shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb'
		cron.database_name = 'postgres'
		shared_buffers = 512MB
		deadlock_timeout = 20ms
	CONF
}

# sql BIN PORT STATEMENT
sql() { inside "$1/psql" -qX -h 127.0.0.1 -p "$2" -U postgres -c "$3"; }

# settled BIN PORT: it answers, or will not any more.
settled() { sql "$1" "$2" 'select 1' >/dev/null 2>&1 || gone "$(cat "$state/postgres.pid")"; }

start_postgres() {
	local bin=$1 port=$2
	make_cluster "$bin" >"$state/initdb.log" 2>&1 &&
		launch postgres unshare --mount sh -c "$enter" enter "$root" \
			"$bin/postgres" -D /var/lib/regulars/data -p "$port" -k "" &&
		eventually 60 settled "$bin" "$port" &&
		sql "$bin" "$port" 'create extension if not exists documentdb cascade' >>"$state/initdb.log" 2>&1
}

with_ferretdb() {
	local bin sqlport port
	possible && build_ferretdb && unpack_postgres || return 1
	bin=$(cd "$root" && echo usr/lib/postgresql/*/bin | tr ' ' '\n' | sort -V | tail -n 1)
	sqlport=$(free 54329)
	say "starting PostgreSQL on port $sqlport and FerretDB in front of it"
	if ! start_postgres "/$bin" "$sqlport"; then
		why="$why; PostgreSQL does not start, see $state/initdb.log and postgres.log"
		return 1
	fi
	port=$(free 27018)
	launch ferretdb "$cache/tools/ferretdb" --listen-addr="127.0.0.1:$port" \
		--postgresql-url="postgres://postgres@127.0.0.1:$sqlport/postgres" \
		--debug-addr=- --telemetry=disable --no-auth --state-dir="$state"
	ready "$port" FerretDB
}
