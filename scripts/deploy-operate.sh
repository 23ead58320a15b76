#!/usr/bin/env bash
# Operates what is deployed, for npm: npm run cloud:<command> -- dev|staging|prod [options of `openhours deploy <command>`].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
command=${1:?a command of openhours deploy}
shift
case ${1-} in
  dev | staging | prod) environment=$1 && shift ;;
  *)
    printf 'usage: npm run cloud:%s -- dev|staging|prod [options of `openhours deploy %s`]\n' "$command" "$command" >&2
    exit 78
    ;;
esac
if [ ! -f dist/src/cli.js ]; then
  printf 'The program is not built: run `npm ci && npm run build` first.\n' >&2
  exit 78
fi
exec node --enable-source-maps dist/src/cli.js deploy "$command" --env "$environment" "$@"
