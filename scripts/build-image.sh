#!/usr/bin/env bash
# Builds the image of the worker or the gateway with docker or buildah, whichever works here.
#
#   scripts/build-image.sh worker|gateway [--tag <name:tag>] [-- <more options for the builder>]
#
# The name is openhours-<image>:<short hash of the commit> unless given. A ~/.npmrc is used for npm's registry, and stays out of the image.
# buildah reads its own variables; as root in a container: STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
  sed -n '2,7s/^# \{0,1\}//p' scripts/build-image.sh >&2
  exit 2
}

case ${1-} in
  worker) dockerfile=Dockerfile.job ;;
  gateway) dockerfile=Dockerfile.gateway ;;
  *) usage ;;
esac
image=$1
shift
revision=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
tag=openhours-$image:$revision
more=()
while [ $# -gt 0 ]; do
  case $1 in
    --tag) tag=${2:?--tag needs a name} && shift 2 ;;
    --tag=*) tag=${1#--tag=} && shift ;;
    --) shift && more=("$@") && break ;;
    *) usage ;;
  esac
done

# Cloud Run takes linux/amd64, whatever this machine is.
options=(--platform linux/amd64 --file "$dockerfile" --tag "$tag" --build-arg "REVISION=$revision"
  --build-arg "VERSION=$(sed -n 's/^ *"version": "\(.*\)",$/\1/p' package.json)")
if [ -e "${HOME:-/}/.npmrc" ]; then options+=(--secret "id=npmrc,src=$HOME/.npmrc"); fi

if docker info >/dev/null 2>&1; then
  DOCKER_BUILDKIT=1 docker build "${options[@]}" "${more[@]}" .
elif command -v buildah >/dev/null 2>&1; then
  buildah build "${options[@]}" "${more[@]}" .
else
  echo 'No builder here: neither a docker that reaches its daemon nor buildah. Install one (Debian: apt-get install buildah), or build in Cloud Build.' >&2
  exit 69
fi
echo "$tag"
