#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# Make sure that what Telltale is built from is on this machine.
#
# Each row of the table below is one thing we need: how to tell that it is there, and what it is called by
# the package managers we know.  Debian and Ubuntu: what is missing is installed with apt-get.  Elsewhere:
# what is missing is named, and nothing is changed.  Nothing is fetched when nothing is missing.
set -euo pipefail

usage() {
  cat <<'TXT'
usage: install-packages.sh [--check] [build] [test] [style]

  build    what compiles and runs telltale (the default)
  test     what the tests use beside it
  style    what tests/check.sh uses
  --check  install nothing; say what is missing and exit 2 if anything is
  --help   this text

Exit status: 0 everything is there, 2 something is missing and cannot be installed here.
TXT
}

say() { printf '%s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }
module() { have pkg-config && pkg-config --exists "$@"; }

# newer_than WANTED FOUND: is FOUND at least WANTED?
newer_than() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

has_cmake() { have cmake && newer_than 3.25 "$(cmake --version | sed -n '1s/[^0-9]*//p')"; }
has_node() { have node && newer_than 18 "$(node --version | tr -d v)"; }
has_parallel_hdf5() {
  module hdf5-openmpi || module hdf5-mpich || { have h5pcc && h5pcc -showconfig 2>/dev/null | grep -qi 'parallel hdf5: *yes'; }
}
has_scalapack() { module scalapack-openmpi || module scalapack || module scalapack-mpich; }
has_python() { have /usr/bin/python3 && /usr/bin/python3 -c "import $1" 2>/dev/null; }
has_fuzzer() { have clang && ls "$(clang -print-resource-dir)"/lib/*/libclang_rt.fuzzer-*.a; }

# group | what | probe | Debian, Ubuntu | RHEL, Rocky (EPEL, CRB) | SUSE | Spack
table() {
  cat <<'TXT'
build|C compiler|have cc|gcc libc6-dev|gcc|gcc|gcc
build|CMake 3.25 or newer|has_cmake|cmake|cmake|cmake|cmake
build|Ninja|have ninja|ninja-build|ninja-build|ninja|ninja
build|pkg-config|have pkg-config|pkg-config|pkgconf-pkg-config|pkg-config|pkgconf
build|MPI compiler (mpicc)|have mpicc|libopenmpi-dev|openmpi-devel|openmpi4-devel|openmpi
build|MPI launcher (mpirun)|have mpirun|openmpi-bin|openmpi|openmpi4|openmpi
build|HDF5 built with MPI (h5pcc)|has_parallel_hdf5|libhdf5-openmpi-dev|hdf5-openmpi-devel|hdf5-openmpi4-devel|hdf5+mpi
build|OpenBLAS|module openblas|libopenblas-dev|openblas-devel|openblas-devel|openblas
build|LAPACKE|module lapacke|liblapacke-dev|lapack-devel|lapacke-devel|netlib-lapack+lapacke
build|FFTW 3|module fftw3|libfftw3-dev|fftw-devel|fftw3-devel|fftw
build|ScaLAPACK|has_scalapack|libscalapack-openmpi-dev|scalapack-openmpi-devel|libscalapack2-openmpi4-devel|netlib-scalapack
build|libyaml|module yaml-0.1|libyaml-dev|libyaml-devel|libyaml-devel|libyaml
build|Jansson|module jansson|libjansson-dev|jansson-devel|libjansson-devel|jansson
build|libxml2|module libxml-2.0|libxml2-dev|libxml2-devel|libxml2-devel|libxml2
build|libarchive|module libarchive|libarchive-dev|libarchive-devel|libarchive-devel|libarchive
build|zlib|module zlib|zlib1g-dev|zlib-devel|zlib-devel|zlib
build|Node.js 18 or newer|has_node|nodejs|@nodejs:18|nodejs18|node-js
build|npm|have npm|npm|npm|npm18|npm
test|h5py of the system's Python|has_python h5py|python3-h5py|python3-h5py|python3-h5py|py-h5py
test|SciPy of the system's Python|has_python scipy|python3-scipy|python3-scipy|python3-scipy|py-scipy
test|xz|have xz|xz-utils|xz|xz|xz
test|pgrep|have pgrep|procps|procps-ng|procps|procps-ng
test|Valgrind|have valgrind|valgrind|valgrind|valgrind|valgrind
test|HDF5 tools (h5dump)|have h5dump|hdf5-tools|hdf5|hdf5|hdf5+tools
test|Chromium|have chromium|chromium|chromium|chromium|-
style|clang-format 14|have clang-format|clang-format|clang-tools-extra|clang|llvm
style|clang-tidy 14|have clang-tidy|clang-tidy|clang-tools-extra|clang|llvm
style|clang|have clang|clang|clang|clang|llvm
style|libFuzzer of clang|has_fuzzer|libclang-rt-dev|compiler-rt|clang|llvm
style|gcovr|have gcovr|gcovr|gcovr|python3-gcovr|py-gcovr
style|cppcheck|have cppcheck|cppcheck|cppcheck|cppcheck|cppcheck
style|codespell|have codespell|codespell|codespell|codespell|py-codespell
style|shellcheck|have shellcheck|shellcheck|ShellCheck|ShellCheck|shellcheck
style|Doxygen|have doxygen|doxygen|doxygen|doxygen|doxygen
TXT
}

# missing_rows GROUP...: the rows of these groups whose probe fails.
missing_rows() {
  local group what probe names
  while IFS='|' read -r group what probe names; do
    case " $* " in *" $group "*) ;; *) continue ;; esac
    $probe >/dev/null 2>&1 </dev/null || printf '%s|%s|%s|%s\n' "$group" "$what" "$probe" "$names"
  done < <(table)
}

# column ROWS N: field N of every row, each name once, on one line.
column() { cut -d '|' -f "$2" <<<"$1" | tr ' ' '\n' | grep -vx -e - -e '' | sort -u | tr '\n' ' '; }

name_what_is_missing() {
  local rows=$1
  say "Missing on this machine:"
  cut -d '|' -f 2 <<<"$rows" | sed 's/^/  - /' >&2
  say ""
  say "Where they usually are:"
  say "  Debian, Ubuntu        apt-get install $(column "$rows" 4)"
  say "  RHEL, Rocky (+ EPEL)  dnf install $(column "$rows" 5)"
  say "  SUSE                  zypper install $(column "$rows" 6)"
  say "  Spack                 spack install $(column "$rows" 7)&& spack load $(column "$rows" 7)"
  say "  environment modules   module avail, then module load: a compiler, an MPI, an HDF5 built with that MPI"
  say "                        (its name often holds 'mpi', 'parallel' or 'phdf5'), openblas, fftw, scalapack, cmake, nodejs"
  say ""
  say "On RHEL and SUSE an installed MPI is out of sight until it is loaded: module load mpi."
  say "A library counts as there when pkg-config finds it: for one in a place of its own, add the folder with"
  say "its .pc file to PKG_CONFIG_PATH. Then run this again."
}

# as_root COMMAND...: run it as root, by sudo where we are not.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# apt_install PACKAGES: its words go to a file and are shown when it fails.
apt_install() {
  local packages=$1 log status=0
  log=$(mktemp)
  say "Installing with apt-get, which may take some minutes: $packages"
  as_root apt-get -q update >"$log" 2>&1 || say "warning: apt-get update failed; trying with the lists that are there"
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $packages >>"$log" 2>&1 ||
    { status=1 && tail -n 10 "$log" >&2; }
  rm -f "$log"
  return "$status"
}

main() {
  local is_check=0 groups=() rows
  for word in "$@"; do
    case $word in
      --help | -h) usage; exit 0 ;;
      --check) is_check=1 ;;
      build | test | style) groups+=("$word") ;;
      *) usage >&2; exit 2 ;;
    esac
  done
  [ ${#groups[@]} -gt 0 ] || groups=(build)

  rows=$(missing_rows "${groups[@]}")
  [ -n "$rows" ] || return 0
  if [ "$is_check" = 0 ] && have apt-get && { [ "$(id -u)" = 0 ] || have sudo; }; then
    local why="apt-get could not install all of them: is the network there?"
    if apt_install "$(column "$rows" 4)"; then
      why="Still missing after apt-get (this release of the system may be too old: Debian 12 and Ubuntu 24.04 or newer have all):"
    fi
    hash -r
    rows=$(missing_rows "${groups[@]}")
    [ -n "$rows" ] || return 0
    say "$why"
  elif [ "$is_check" = 0 ] && have apt-get; then
    say "Packages are missing, and only root can install them: run this once as root, or have sudo."
  fi
  name_what_is_missing "$rows"
  exit 2
}

main "$@"
