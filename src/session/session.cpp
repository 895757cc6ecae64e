#include <tidemark/error.h>
#include <tidemark/session.h>

#include <algorithm>
#include <string>
#include <thread>

#include "io/posix.h"
#include "session/opening.h"

namespace tidemark {
namespace {

constexpr unsigned enough_threads = 4;
constexpr unsigned most_threads = 64;

std::size_t threads_of(const Options& options) {
  if (options.threads > most_threads) {
    throw Error(Code::usage, std::to_string(options.threads) + " threads are too many",
                "give 1 to " + std::to_string(most_threads) + ", or 0 for the machine's cores");
  }
  if (options.threads > 0) return options.threads;
  return std::clamp(std::thread::hardware_concurrency(), 1U, enough_threads);
}

}  // namespace

/// The real outside world, and the live session in it.
class Session::Impl {
 public:
  using Opener = std::unique_ptr<session::Live> (*)(const session::Environment&, Options,
                                                    state::Registry&);

  Impl(Opener opener, Options options, State& state)
      : executor_(threads_of(options)),
        live_(
            opener({.files = files_, .random = random_, .executor = executor_, .background = true},
                   std::move(options), state.registry())) {}

  [[nodiscard]] session::Live& live() noexcept { return *live_; }

 private:
  io::PosixFileSystem files_;
  SystemRandom random_;
  ThreadPool executor_;
  std::unique_ptr<session::Live> live_;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Session Session::create(Options options, State& state) {
  return Session(std::make_unique<Impl>(session::create, std::move(options), state));
}

Session Session::restore(Options options, State& state) {
  return Session(std::make_unique<Impl>(session::restore, std::move(options), state));
}

Session Session::open(Options options, State& state) {
  return Session(std::make_unique<Impl>(session::open, std::move(options), state));
}

Generation Session::checkpoint(Save save) { return impl_->live().checkpoint(save); }
Saving Session::checkpoint_async() { return Saving(impl_->live().checkpoint_async()); }

std::optional<Saving> Session::try_checkpoint_async() {
  if (impl_->live().is_saving()) return std::nullopt;
  return checkpoint_async();
}

void Session::confirm() { impl_->live().confirm(); }
Generation Session::generation() const noexcept { return impl_->live().generation(); }
bool Session::restored() const noexcept { return impl_->live().restored(); }
const std::string& Session::lineage() const noexcept { return impl_->live().name(); }

}  // namespace tidemark
