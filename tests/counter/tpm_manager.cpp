#include "tests/counter/tpm_manager.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include "tests/counter/loopback.h"

namespace tidemark::counter {
namespace {

constexpr std::uint32_t create_primary = 0x131;
constexpr std::uint32_t undefine = 0x122;
constexpr std::uint32_t context_load = 0x161;
constexpr std::uint32_t context_save = 0x162;
constexpr std::uint32_t flush_context = 0x165;
constexpr std::uint32_t start_session = 0x176;

constexpr std::uint16_t without_sessions = 0x8001;
constexpr std::uint16_t with_sessions = 0x8002;
constexpr std::uint32_t no_room_for_keys = 0x902;
constexpr std::size_t most_sessions = 40;
constexpr int places = 2;  // the chip has three
constexpr std::size_t header_size = 10;
constexpr std::size_t largest = 4096;
constexpr int patience_ms = 100;

std::uint32_t number_at(Bytes bytes, std::size_t offset, std::size_t size = 4) {
  std::uint32_t number = 0;
  for (const std::byte byte : bytes.subspan(offset, size)) {
    number = number << 8 | std::to_integer<std::uint32_t>(byte);
  }
  return number;
}

void append(Buffer& bytes, std::uint32_t number, std::size_t size = 4) {
  for (std::size_t i = size; i-- > 0;) bytes.push_back(static_cast<std::byte>(number >> (8 * i)));
}

Buffer message(std::uint16_t tag, std::uint32_t code, Bytes body = {}) {
  Buffer bytes;
  append(bytes, tag, 2);
  append(bytes, static_cast<std::uint32_t>(header_size + body.size()));
  append(bytes, code);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

std::uint32_t code_of(Bytes message) { return number_at(message, 6); }
Buffer one_number(std::uint32_t code, std::uint32_t number) {
  Buffer body;
  append(body, number);
  return message(without_sessions, code, body);
}

std::size_t handles_of(std::uint32_t command) {
  switch (command) {
    case TpmManager::nv_read:
    case TpmManager::nv_extend:
    case undefine:
      return 2;
    case TpmManager::nv_read_public:
    case TpmManager::nv_define:
    case create_primary:
      return 1;
    default:
      return 0;
  }
}

/// The sessions in a command's authorization area, but for passwords.
std::vector<std::uint32_t> sessions_in(Bytes command) {
  std::vector<std::uint32_t> sessions;
  if (number_at(command, 0, 2) != with_sessions) return sessions;
  std::size_t at = header_size + 4 * handles_of(code_of(command));
  const std::size_t end = at + 4 + number_at(command, at);
  at += 4;
  while (at < end) {
    const std::uint32_t session = number_at(command, at);
    if (session >> 24 != 0x40) sessions.push_back(session);
    at += 4;
    at += 2 + number_at(command, at, 2) + 1;
    at += 2 + number_at(command, at, 2);
  }
  return sessions;
}

/// A success as a host would make it up: no HMAC that fits, but every bit that one could wish for.
Buffer forged(Bytes command) {
  Buffer body;
  const bool reads = code_of(command) == TpmManager::nv_read;
  append(body, reads ? 34 : 0);
  if (reads) {
    append(body, 32, 2);
    body.resize(body.size() + 32, std::byte{0x5a});
  }
  append(body, 32, 2);
  body.resize(body.size() + 32, std::byte{0x17});
  append(body, 0x83, 1);
  append(body, 32, 2);
  body.resize(body.size() + 32, std::byte{0x42});
  return message(with_sessions, 0, body);
}

/// With another bit in the attributes of its session.
Buffer altered(Buffer answer) {
  if (answer.size() <= header_size || number_at(answer, 0, 2) != with_sessions) return answer;
  std::size_t at = header_size + 4 + number_at(answer, header_size);
  at += 2 + number_at(answer, at, 2);
  answer[at] ^= std::byte{2};
  return answer;
}

int listen_at(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 64) != 0) {
    ::close(listener);
    return -1;
  }
  return listener;
}

/// All of a message; empty if the other end hung up, or `ended`.
Buffer receive(int socket, const std::atomic<bool>& ended) {
  Buffer bytes;
  std::array<std::byte, largest> room{};
  while (bytes.size() < header_size || bytes.size() < number_at(bytes, 2)) {
    pollfd ready{.fd = socket, .events = POLLIN, .revents = 0};
    while (::poll(&ready, 1, patience_ms) == 0) {
      if (ended) return {};
    }
    const ssize_t size = ::recv(socket, room.data(), room.size(), 0);
    if (size <= 0) return {};
    bytes.insert(bytes.end(), room.begin(), room.begin() + size);
  }
  return bytes;
}

}  // namespace

TpmManager::TpmManager(SoftwareTpm& chip) : chip_(chip) {
  for (int attempt = 0; attempt < 100 && control_ < 0; ++attempt) {
    if (commands_ >= 0) ::close(commands_);
    port_ = free_port();
    commands_ = listen_at(port_);
    control_ = commands_ < 0 ? -1 : listen_at(static_cast<std::uint16_t>(port_ + 1));
  }
  if (control_ < 0) throw std::runtime_error("no two ports are free");
  thread_ = std::jthread([this] { serve(); });
}

TpmManager::~TpmManager() {
  ended_ = true;
  thread_.join();
  for (const int socket : {commands_, control_, chip_socket_}) {
    if (socket >= 0) ::close(socket);
  }
}

void TpmManager::meddle(Command command, Answer answer, int count, std::uint32_t error, int first) {
  const std::scoped_lock lock(mutex_);
  meddled_ = command;
  answer_ = answer;
  error_ = error;
  passed_ = first - 1;
  left_ = count;
}

void TpmManager::interfere(Command command, int count) {
  const std::scoped_lock lock(mutex_);
  interfered_ = command;
  interferences_ = count;
}

int TpmManager::count(Command command) const {
  const std::scoped_lock lock(mutex_);
  const auto found = counts_.find(command);
  return found == counts_.end() ? 0 : found->second;
}

Buffer TpmManager::ask(Bytes command) {
  const std::scoped_lock lock(mutex_);
  return send(command);
}

/// One connection, one command: so does tpm2-tss talk to swtpm.
void TpmManager::serve() {
  std::array<pollfd, 2> ready{{{.fd = commands_, .events = POLLIN, .revents = 0},
                               {.fd = control_, .events = POLLIN, .revents = 0}}};
  while (!ended_) {
    if (::poll(ready.data(), ready.size(), patience_ms) <= 0) continue;
    if (ready[0].revents != 0) {
      const int client = ::accept4(commands_, nullptr, nullptr, SOCK_CLOEXEC);
      converse(client);
      ::close(client);
    }
    if (ready[1].revents != 0) {
      const int client = ::accept4(control_, nullptr, nullptr, SOCK_CLOEXEC);
      std::array<std::byte, 64> request{};
      const std::array<std::byte, 4> done{};
      if (::recv(client, request.data(), request.size(), 0) > 0) {
        ::send(client, done.data(), done.size(), MSG_NOSIGNAL);
      }
      ::close(client);
    }
  }
}

void TpmManager::converse(int client) {
  const Buffer command = receive(client, ended_);
  if (command.empty()) return;
  const Buffer answer = handle(command);
  ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
}

Buffer TpmManager::handle(const Buffer& command) {
  const std::scoped_lock lock(mutex_);
  if (!kept_.empty()) (void)manage(std::exchange(kept_, {}));
  if (interferences_ > 0 && code_of(command) == interfered_) {
    --interferences_;
    Buffer four;
    append(four, 4, 2);
    (void)send(message(without_sessions, get_random, four));
  }
  if (left_ > 0 && code_of(command) == meddled_ && passed_-- <= 0) {
    --left_;
    return meddled(command);
  }
  return manage(command);
}

Buffer TpmManager::meddled(const Buffer& command) {
  switch (answer_) {
    case Answer::lost:
      (void)manage(command);
      return {};
    case Answer::altered:
      return altered(manage(command));
    case Answer::forged:
      return forged(command);
    case Answer::denied:
      (void)manage(command);
      break;
    case Answer::late:
      kept_ = command;
      break;
    case Answer::refused:
      break;
  }
  return message(without_sessions, error_);
}

/// With the sessions that it uses in their places, and nobody else's.
Buffer TpmManager::manage(const Buffer& command) {
  const auto used = sessions_in(command);
  for (const std::uint32_t session : used) put_in_place(session);
  if (code_of(command) == start_session) make_room();
  Buffer answer = send(command);
  const bool done = answer.size() >= header_size && code_of(answer) == 0;
  if (code_of(command) == create_primary && !done && !keys_.empty() &&
      answer.size() >= header_size && code_of(answer) == no_room_for_keys) {
    (void)send(one_number(flush_context, keys_.front()));  // a client was killed
    keys_.pop_front();
    answer = send(command);
  }
  if (!done) return answer;
  if (code_of(command) == create_primary) keys_.push_back(number_at(answer, header_size));
  if (code_of(command) == start_session) {
    order_.push_back(number_at(answer, header_size));
    if (order_.size() > most_sessions) forget_oldest();
  }
  if (code_of(command) == flush_context) {
    const std::uint32_t gone = number_at(command, header_size);
    sessions_.erase(gone);
    std::erase(order_, gone);
    std::erase(keys_, gone);
  }
  return answer;
}

/// The latest stay in their places, as long as there is room.
void TpmManager::make_room() {
  const auto in_place = [&](std::uint32_t session) { return !sessions_.contains(session); };
  if (std::ranges::count_if(order_, in_place) < places) return;
  const std::uint32_t session = *std::ranges::find_if(order_, in_place);
  const Buffer saved = send(one_number(context_save, session));
  if (saved.size() < header_size || code_of(saved) != 0) {
    std::erase(order_, session);
    return;
  }
  sessions_[session] = Buffer(saved.begin() + header_size, saved.end());
}

void TpmManager::put_in_place(std::uint32_t session) {
  if (sessions_.contains(session)) {
    make_room();
    (void)send(message(without_sessions, context_load, sessions_[session]));
    sessions_.erase(session);
  }
  if (std::erase(order_, session) > 0) order_.push_back(session);
}

void TpmManager::forget_oldest() {
  (void)send(one_number(flush_context, order_.front()));
  sessions_.erase(order_.front());
  order_.pop_front();
}

/// Once more on a new connection, should the chip have been restarted.
Buffer TpmManager::send(Bytes command) {
  ++counts_[code_of(command)];
  for (int attempt = 0; attempt < 2; ++attempt) {
    const bool fresh = chip_socket_ < 0;
    if (fresh) {
      chip_socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const sockaddr_in address = loopback(chip_.port());
      if (::connect(chip_socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0) {
        ::close(std::exchange(chip_socket_, -1));
        return {};
      }
    }
    ::send(chip_socket_, command.data(), command.size(), MSG_NOSIGNAL);
    Buffer answer = receive(chip_socket_, ended_);
    if (!answer.empty()) return answer;
    ::close(std::exchange(chip_socket_, -1));
    sessions_.clear();
    order_.clear();
    keys_.clear();
    if (fresh) return {};
  }
  return {};
}

}  // namespace tidemark::counter
