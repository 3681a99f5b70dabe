# Fetches from the machine's own, signed package sources without changing
# its configuration. Sourced by scripts/setup.sh.
# shellcheck shell=bash

# write_source_list FILE: the distribution's own entries as source entries.
# Handles both forms of apt's lists; entries of other vendors are left out,
# because they seldom carry sources.
write_source_list() {
  local deb822
  for deb822 in /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
    if [ -r "$deb822" ]; then
      sed -E 's/^Types:.*$/Types: deb-src/' "$deb822" >"$1.sources"
      return
    fi
  done
  [ -r /etc/apt/sources.list ] || die "no apt source list on this machine"
  sed -nE 's/^deb( +\[[^]]*\])? +/deb-src\1 /p' /etc/apt/sources.list \
    >"$1.list"
}

# download_debian_source NAME VERSION DIR: unpacks NAME's source package,
# patched, into DIR/NAME-VERSION.
download_debian_source() {
  local name=$1 version=$2 dir=$3 list options
  mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
  write_source_list "$dir/apt/src"
  list=$(echo "$dir"/apt/src.*)
  options=(-q -o "Dir::Etc::sourcelist=$list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::Lists=$dir/apt/lists" -o "Dir::Cache=$dir/apt/cache"
    -o Acquire::Retries=3 -o APT::Sandbox::User=root
    -o Debug::NoLocking=true)
  apt-get "${options[@]}" update
  (cd "$dir" && apt-get "${options[@]}" source --download-only "$name")
  (cd "$dir" && dpkg-source --no-check -x "$name"_"$version"-*.dsc \
    "$name-$version")
}

# unpack_debian_binaries DIR PACKAGE...: the files of packages below DIR,
# nothing installed.
unpack_debian_binaries() {
  local dir=$1 package
  shift
  mkdir -p "$dir/.deb"
  (cd "$dir/.deb" && apt-get -q -o Acquire::Retries=3 \
    -o APT::Sandbox::User=root download "$@")
  for package in "$dir"/.deb/*.deb; do dpkg -x "$package" "$dir"; done
  rm -r "$dir/.deb"
}
