#include <tidemark/error.h>

#include <utility>

namespace tidemark {

std::string_view name(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return "ok";
    case Code::failed:
      return "failed";
    case Code::usage:
      return "usage";
    case Code::no_checkpoint:
      return "no_checkpoint";
    case Code::damaged:
      return "damaged";
    case Code::wrong_key:
      return "wrong_key";
    case Code::stale:
      return "stale";
    case Code::forked:
      return "forked";
    case Code::fenced:
      return "fenced";
    case Code::counter_unavailable:
      return "counter_unavailable";
    case Code::exists:
      return "exists";
    case Code::unsupported:
      return "unsupported";
    case Code::counter_behind:
      return "counter_behind";
    case Code::in_use:
      return "in_use";
    case Code::wrong_counter:
      return "wrong_counter";
    case Code::used_up:
      return "used_up";
    case Code::unconfirmed:
      return "unconfirmed";
  }
  return "unknown";
}

Error::Error(Code code, std::string what, std::string advice)
    : code_(code), what_(std::move(what)), advice_(std::move(advice)) {}

}  // namespace tidemark
