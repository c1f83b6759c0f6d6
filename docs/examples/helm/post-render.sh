#!/bin/sh
# Helm's post-renderer: takes what Helm rendered, lays kustomization.yaml over it, and hands it back.
set -eu
# Helm links a plugin's folder: longhorn-exporter lies beside the folder itself.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/helm" "$work/longhorn-exporter"
cp -R "$here/../longhorn-exporter/kustomize" "$work/longhorn-exporter"
cp "$here/kustomization.yaml" "$work/helm"
cat > "$work/helm/longhorn.yaml"
kubectl kustomize "$work/helm"
