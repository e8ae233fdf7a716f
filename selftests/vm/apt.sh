# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Debian packages taken apart without installing them, through an apt of its
# own: another suite than the machine's can be asked, no root is needed, and the
# machine's package lists stay as they are. Sourced, not run.
#
#   apt_root SUITE DIR          once: a private apt for SUITE, in DIR
#   apt_depends PACKAGE         what the newest PACKAGE depends on, a name a line
#   apt_has PACKAGE             whether there is such a package
#   apt_closure PACKAGE...      these and all that they depend on
#   apt_unpack DIR PACKAGE...   their files below DIR; sha256 sums on stdout

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

apt_root() {
	local suite=$1
	apt_dir=$2
	apt_conf=$apt_dir/apt.conf
	command -v apt-get > /dev/null || die "needs apt-get: kernels come as Debian packages"
	[ -r "$keyring" ] || die "needs $keyring (package debian-archive-keyring)"

	mkdir -p "$apt_dir"/{state/lists/partial,cache/archives/partial,log}
	: > "$apt_dir/state/status"
	: > "$apt_dir/preferences"
	apt_configuration "$suite" > "$apt_conf"
	apt_sources "$suite" > "$apt_dir/sources.list"
	apt-get -c "$apt_conf" -qq update >&2
}

# This comes on top of the machine's configuration, whose proxies, certificates
# and logins are wanted; what must not leak in from there is cleared.
# - Packages must be signed by Debian, whatever the machine allows elsewhere.
# - The _apt user could not reach a cache in someone's home directory.
# - Backports stay behind the release unless they are the default.
apt_configuration() {
	local suite=$1 default=
	case $suite in
	*-backports) default=$suite ;;
	esac
	cat <<-END
		#clear APT::Architectures;
		#clear APT::Update::Pre-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		Dir::State "$apt_dir/state";
		Dir::State::Lists "lists";
		Dir::State::status "$apt_dir/state/status";
		Dir::Cache "$apt_dir/cache";
		Dir::Cache::pkgcache "pkgcache.bin";
		Dir::Cache::srcpkgcache "srcpkgcache.bin";
		Dir::Log "$apt_dir/log";
		Dir::Etc::SourceList "$apt_dir/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::Etc::Preferences "$apt_dir/preferences";
		Dir::Etc::PreferencesParts "/dev/null";
		Dir::Etc::Trusted "/dev/null";
		Dir::Etc::TrustedParts "/dev/null";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Default-Release "$default";
		APT::Sandbox::User "root";
		APT::Get::AllowUnauthenticated "false";
		Acquire::AllowInsecureRepositories "false";
		Acquire::AllowDowngradeToInsecureRepositories "false";
		Acquire::AllowWeakRepositories "false";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
}

apt_sources() {
	local suite=$1 release=${1%-backports} main security
	main=$(apt_mirror Debian)
	security=$(apt_mirror Debian-Security)
	[ -n "$main" ] || die "no Debian mirror in this machine's apt sources"
	echo "deb [signed-by=$keyring] $main $release main"
	echo "deb [signed-by=$keyring] $main $release-updates main"
	[ "$suite" = "$release" ] || echo "deb [signed-by=$keyring] $main $suite main"
	if [ -n "$security" ]; then
		echo "deb [signed-by=$keyring] $security $release-security main"
	else
		echo "${0##*/}: no mirror of Debian's security updates in this machine's apt sources" >&2
	fi
}

# The mirror that the machine itself uses for the archive labelled $1. apt knows
# labels only from package lists: where there are none, it fetches some to
# another place.
apt_mirror() {
	local elsewhere=(-o Dir::State="$apt_dir/machine" -o Dir::Cache="$apt_dir/machine")
	if [ -z "$(apt_uris "$1")" ]; then
		mkdir -p "$apt_dir/machine/lists/partial"
		[ -d "$apt_dir/machine/done" ] || apt-get "${elsewhere[@]}" \
			-o APT::Sandbox::User=root -qq update >&2 || :
		mkdir -p "$apt_dir/machine/done"
		apt_uris "$1" "${elsewhere[@]}"
	else
		apt_uris "$1"
	fi
}

apt_uris() {
	local label=$1
	shift
	# shellcheck disable=SC2016 # the format is apt's
	apt-get "$@" indextargets --format '$(LABEL) $(REPO_URI)' \
		'Created-By: Packages' 'Origin: Debian' |
		awk -v label="$label" '$1 == label && !found { print $2; found = 1 }'
}

apt_depends() {
	apt-cache -c "$apt_conf" show --no-all-versions "$1" |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/[ |(].*//'
}

apt_has() {
	apt-cache -c "$apt_conf" show --no-all-versions "$1" > /dev/null 2>&1
}

# Nothing is installed, as far as this apt knows.
apt_closure() {
	apt-get -c "$apt_conf" -s -o APT::Install-Recommends=0 install "$@" |
		awk '$1 == "Inst" { print $2 }'
}

# apt checks the sums against the signed lists. The packages themselves, large
# and of no further use, go with the private apt's directory.
apt_unpack() {
	local into=$1 deb
	shift
	(
		cd "$apt_dir/cache" || exit
		apt-get -c "$apt_conf" -qq download "$@" >&2
		for deb in *.deb; do
			dpkg -x "$deb" "$into"
		done
		sha256sum -- *.deb
		rm -- *.deb
	)
}
