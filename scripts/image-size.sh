#!/usr/bin/env bash
# How much the images add to their base, measured without building them; ends with 1 when one is over its budget. --json for programs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ ! -e dist/src/deploy/image-size.js ]; then
  echo 'Not built yet: run "npm ci" and "npm run build" first.' >&2
  exit 69
fi
exec node dist/src/deploy/image-size.js "$@"
