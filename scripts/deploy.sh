#!/usr/bin/env bash
# Sourced by scripts/deploy-worker.sh and scripts/deploy-gateway.sh: deploys a component to an environment.
#
#   scripts/deploy-<component>.sh dev|staging|prod [--plan] [--more options of `openhours deploy apply`]
#
# --plan shows every change and every command, and touches nothing.

deploy() {
  local component=$1
  shift
  case ${1-} in
    -h | --help | '')
      printf 'usage: scripts/deploy-%s.sh dev|staging|prod [--plan] [options of `openhours deploy apply`]\n' "$component" >&2
      [ $# -gt 0 ] && exit 0 || exit 78
      ;;
  esac
  local environment=$1 verb=apply options=()
  shift
  for option in "$@"; do
    if [ "$option" = --plan ]; then verb=plan; else options+=("$option"); fi
  done
  if [ ! -f dist/src/cli.js ]; then
    printf 'The program is not built: run `npm ci && npm run build` first.\n' >&2
    exit 78
  fi
  exec node --enable-source-maps dist/src/cli.js deploy "$verb" --env "$environment" --component "$component" ${options[@]+"${options[@]}"}
}
