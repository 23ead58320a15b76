#!/usr/bin/env bash
# Deploys the worker: scripts/deploy-worker.sh dev|staging|prod [--plan]. Everything is done by `openhours deploy`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/deploy.sh
deploy worker "$@"
