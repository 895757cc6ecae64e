#include "tests/container/json.h"

namespace tidemark::container {
namespace {

std::string escaped(char character) {
  switch (character) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    default:
      break;
  }
  if (character >= ' ' && character <= '~') return {character};
  return "\\u00" + to_hex(bytes_of({&character, 1}));
}

}  // namespace

Json Json::text(std::string_view characters) {
  std::string quoted = "\"";
  for (const char character : characters) quoted += escaped(character);
  return Json(quoted + '"');
}

std::string Json::print(int depth) const {
  if (kind_ == Kind::scalar) return scalar_;
  const bool object = kind_ == Kind::object;
  std::string inside;
  const std::string indent(static_cast<std::size_t>(depth) + 1, ' ');
  const auto add = [&](const std::string& line) {
    inside += (inside.empty() ? "\n" : ",\n") + indent + line;
  };
  for (const Json& item : items_) add(item.print(depth + 1));
  for (const auto& [name, value] : members_) {
    add(text(name).print() + ": " + value.print(depth + 1));
  }
  if (!inside.empty()) inside += '\n' + std::string(static_cast<std::size_t>(depth), ' ');
  return (object ? '{' : '[') + inside + (object ? '}' : ']');
}

}  // namespace tidemark::container
