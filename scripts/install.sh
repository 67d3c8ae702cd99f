#!/bin/sh
# Install what is missing, and nothing else. When nothing is, this takes some hundredths of a second.
#
#   scripts/install.sh run|dev|bench    the locked Python packages: to run; to check and test as well; to measure as well
#   scripts/install.sh postgis          PostgreSQL with PostGIS from apt, unless TRYGGHETSKARTA_DATABASE_URL names a database
#   scripts/install.sh node             Node and npm from apt, and the locked packages of web/: to check the API against the national profile
#   scripts/install.sh uv               print the path of uv
#
# Several may be given at once. It asks nothing: it installs with apt only as root or where sudo needs no password, and else says the line.
set -eu
cd "$(dirname "$0")/.."
export UV_PYTHON_DOWNLOADS=never # the machine's own Python is new enough, and a download may not be allowed

say() { printf '%s\n' "$*" >&2; }

may_install() { command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

apt_install() {
    say "Installerar $* med apt."
    # A fresh machine knows no packages, and an old list names files that are gone: only then ask for a new one.
    if ! apt-cache show "$@" >/dev/null 2>&1 || ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >&2; then
        as_root apt-get update -qq >&2
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@" >&2
    fi
}

find_uv() {
    for uv in uv "${HOME:-/nonexistent}/.local/bin/uv" "$PWD/build/uv/bin/uv"; do
        # One that is found need not work: pyenv's stand-in is found under every Python.
        if command -v "$uv" >/dev/null 2>&1 && "$uv" --version >/dev/null 2>&1; then
            command -v "$uv"
            return
        fi
    done
    return 1
}

# uv goes into a folder of its own: nothing of the machine is changed, so Debian's rule against pip in the system's Python does not apply,
# and it is the same for root and for a user.
fetch_uv() {
    rm -rf build/uv
    if python3 -m pip --version >/dev/null 2>&1; then
        PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --target build/uv uv >&2
    elif python3 -c 'import ensurepip' 2>/dev/null; then
        python3 -m venv build/uv
        PIP_DISABLE_PIP_VERSION_CHECK=1 build/uv/bin/python -m pip install --quiet uv >&2
    elif may_install; then
        apt_install python3 python3-pip
        PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 python3 -m pip install --quiet --target build/uv uv >&2
    else
        say "Här saknas både uv och pip. Kör:   sudo apt-get install python3-pip"
        say "(Neither uv nor pip is here: run the line above, then this again.)"
        exit 1
    fi
}

print_uv() {
    path=$(find_uv) || { say "Hämtar uv." && fetch_uv && path=$(find_uv); }
    printf '%s\n' "$path"
}

# A stamp in the environment says which set it holds, and that it is newer than the lock. A larger set will do for a smaller one.
holds() {
    for set in "$@"; do
        stamp=.venv/.holds-$set
        [ -e "$stamp" ] && [ -z "$(find uv.lock pyproject.toml -newer "$stamp")" ] && .venv/bin/python -c '' 2>/dev/null && return
    done
    return 1
}

python_set() {
    case $1 in
    run) holds run dev bench && return || groups=--no-dev ;;
    dev) holds dev bench && return || groups= ;;
    bench) holds bench && return || groups='--group bench' ;;
    esac
    path=$(print_uv)
    say "Installerar de låsta Pythonpaketen."
    rm -f .venv/.holds-*
    # shellcheck disable=SC2086 # two words
    "$path" sync --quiet --frozen $groups
    touch ".venv/.holds-$1"
}

has_postgis() {
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        version=${initdb#/usr/lib/postgresql/}
        version=${version%%/*}
        if [ -x "$initdb" ]; then
            [ -e "/usr/share/postgresql/$version/extension/postgis.control" ] && return
            package=postgresql-$version-postgis-3 # a server that is already here needs its own PostGIS
        fi
    done
    command -v initdb >/dev/null && command -v pg_config >/dev/null && [ -e "$(pg_config --sharedir)/extension/postgis.control" ]
}

# The package would make and start a server of its own on port 5432; the programs are all we need. Only while it is being installed: whoever
# installs PostgreSQL for other reasons later gets what Debian gives.
install_postgis() {
    folder=/etc/postgresql-common/createcluster.d
    as_root mkdir -p "$folder"
    printf 'create_main_cluster = false\n' | as_root tee "$folder/trygghetskarta.conf" >/dev/null
    done=0
    apt_install "$1" || done=$?
    as_root rm -f "$folder/trygghetskarta.conf"
    return "$done"
}

postgis() {
    [ -z "${TRYGGHETSKARTA_DATABASE_URL:-}" ] || return 0
    package=postgresql-postgis
    if has_postgis; then return; fi
    if may_install && install_postgis "$package" && has_postgis; then return; fi
    say "PostgreSQL med PostGIS saknas. Gör något av detta, och kör sedan samma kommando igen:"
    say "    sudo apt-get install $package"
    say "    docker compose up          (allt i behållare i stället, se compose.yaml; då behövs inget mer)"
    say "    export TRYGGHETSKARTA_DATABASE_URL=postgresql://användare@värd/databas          (en PostGIS som redan finns)"
    say "(PostgreSQL with PostGIS is missing: do one of the above, then run the same command again.)"
    exit 1
}

# Only the checks of the API's description need it, so a machine without it can do all else: it is told of by name. In CI it may not be missing.
node_set() {
    if ! command -v npm >/dev/null 2>&1; then
        may_install && apt_install nodejs npm || true
    fi
    if ! command -v npm >/dev/null 2>&1; then
        say "npm saknas: utelämnar REST API-profilens regler och webbens typer.   sudo apt-get install nodejs npm"
        say "(npm is missing: the rules of the REST API profile and the types of the web are left out. Run the line above to have them.)"
        [ "${CI:-}" = true ] && exit 1
        exit 3
    fi
    stamp=web/node_modules/.holds
    [ -e "$stamp" ] && [ -z "$(find web/package.json web/package-lock.json -newer "$stamp")" ] && return
    say "Installerar de låsta npm-paketen."
    (cd web && npm ci --silent >&2)
    touch "$stamp"
}

for part in "$@"; do
    case $part in
    run | dev | bench) python_set "$part" ;;
    node) node_set ;;
    postgis) postgis ;;
    uv) print_uv ;;
    *) say "Okänd del: $part" && exit 2 ;;
    esac
done
