#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace tidemark::container {

/// As much of JSON as the tests need, in the layout of Python's json.dumps(indent=1,
/// sort_keys=True).
class Json {
 public:
  using Object = std::map<std::string, Json>;
  using Array = std::vector<Json>;

  Json() = default;  ///< null
  Json(Object members) : kind_(Kind::object), members_(std::move(members)) {}
  Json(Array items) : kind_(Kind::array), items_(std::move(items)) {}

  [[nodiscard]] static Json number(std::uint64_t value) { return Json(std::to_string(value)); }
  [[nodiscard]] static Json boolean(bool value) { return Json(value ? "true" : "false"); }
  [[nodiscard]] static Json hex(Bytes bytes) { return text(to_hex(bytes)); }

  /// Each byte is the character of that number.
  [[nodiscard]] static Json text(std::string_view characters);

  [[nodiscard]] std::string print(int depth = 0) const;

 private:
  enum class Kind { scalar, array, object };
  explicit Json(std::string scalar) : scalar_(std::move(scalar)) {}

  Kind kind_ = Kind::scalar;
  std::string scalar_ = "null";
  Array items_{};
  Object members_{};
};

}  // namespace tidemark::container
