#!/bin/sh
# Helm's post-renderer: takes what Helm rendered, lays kustomization.yaml over it, and hands it back.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/longhorn.yaml"
cp "$here/kustomization.yaml" "$work"
kubectl kustomize "$work"
