#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# usage: alone.sh COMMAND [ARGUMENT...]
#
# Runs a test in a temporary folder of its own (TMPDIR). Open MPI keeps a folder there that all its programs of a user
# share: one that ends while another starts takes it away under the other's feet.
set -u
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
chmod 711 "$folder" # a test may run the program as another user
TMPDIR=$folder "$@"
