#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "key/source.h"

namespace tidemark::key {

/// `none`.
[[nodiscard]] std::shared_ptr<const Source> no_key();

/// `file:PATH`: a file of 32 raw bytes that must exist. The path is absolute.
[[nodiscard]] std::shared_ptr<const Source> named_file(std::filesystem::path path);

/// `file:`: one private file for each lineage in the user's state directory, made at its start.
[[nodiscard]] std::shared_ptr<const Source> default_file();

/// `env:NAME`: 64 hexadecimal digits in an environment variable. Throws Error (`usage`) unless
/// `variable` is a name for one.
[[nodiscard]] std::shared_ptr<const Source> environment(std::string variable);

/// `passphrase:`: typed on the controlling terminal whenever it is loaded, twice where a lineage
/// may be created.
[[nodiscard]] std::shared_ptr<const Source> asked_passphrase();

/// `passphrase:env=NAME`: the value of an environment variable. Throws Error (`usage`) unless
/// `variable` is a name for one.
[[nodiscard]] std::shared_ptr<const Source> environment_passphrase(const std::string& variable);

/// Where Gramine shows the keys of an enclave.
inline constexpr const char* gramine_keys = "/dev/attestation/keys";

/// `gramine:NAME`: 16 raw bytes in the pseudo-file NAME of `folder`. Throws Error (`usage`) unless
/// `name` stays in its folder.
[[nodiscard]] std::shared_ptr<const Source> gramine(std::string name,
                                                    std::filesystem::path folder = gramine_keys);

/// `systemd:NAME`: 32 raw bytes in the credential NAME of the service. Throws Error (`usage`)
/// unless `name` stays in its folder.
[[nodiscard]] std::shared_ptr<const Source> systemd(std::string name);

}  // namespace tidemark::key
