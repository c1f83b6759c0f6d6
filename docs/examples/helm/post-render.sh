#!/bin/sh
# Helm's post-renderer: reads the manifests rendered by Helm, applies kustomization.yaml, and prints the result.
set -eu
# Helm links the folder of a plugin, so resolve it: longhorn-exporter is next to the real folder.
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/helm" "$work/longhorn-exporter"
cp -R "$here/../longhorn-exporter/kustomize" "$work/longhorn-exporter"
cp "$here/kustomization.yaml" "$work/helm"
cat > "$work/helm/longhorn.yaml"
kubectl kustomize "$work/helm"
