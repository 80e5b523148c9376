# SPDX-License-Identifier: MIT
# Sourced: `fetch_python_source FOLDER` unpacks CPython 3.13 from Debian 13's source package into FOLDER, as it was released: without Debian's
# patches, whose `site` looks for packages of a virtual environment where a free-threaded Python does not install them. The package manager's
# own lists stay as they are: the source is fetched with an apt configuration of its own.
fetch_python_source() {
    local folder=$1 apt mirror=${FTSCALE_DEBIAN_MIRROR:-http://deb.debian.org/debian}
    apt=$folder/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<CONF
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt/cache";
APT::Sandbox::User "root";
CONF
    (cd "$folder" && export APT_CONFIG=$apt/apt.conf && apt-get -q update && apt-get -q source --download-only python3.13 &&
        dpkg-source --skip-patches -x python3.13_*.dsc)
}

# What every build of it is here: free-threaded, without what no test needs.
python_configure_options=(-q --disable-gil --with-ensurepip=no --disable-test-modules)
