#include "io/failure.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace tidemark::io {
namespace {

std::string cannot(std::string_view doing, const std::filesystem::path& path,
                   std::string_view why) {
  return "cannot " + std::string(doing) + " " + path.string() + ": " + std::string(why);
}

std::string advice(const std::filesystem::path& path, int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space and try again";
    case EACCES:
    case EPERM:
      return "check the permissions of " + path.string() + " and of the folders above it";
    case EROFS:
      return "check the permissions of " + path.string() +
             ", whose file system can only be read, or choose another place";
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
      return "check that the path is right";
    case EEXIST:
      return "choose a name that nothing has yet";
    case ELOOP:
      return "check the symbolic links in the path";
    case ENAMETOOLONG:
      return "choose a shorter name";
    case EFBIG:
      return "raise the limit on the size of files, or choose a file system with a higher one";
    case EMFILE:
    case ENFILE:
      return "close some files or raise the limit on open ones";
    case EIO:
      return "check the disk and the system's log";
    default:
      return "remove the cause that the system names and try again";
  }
}

}  // namespace

Error failure(std::string_view doing, const std::filesystem::path& path, int error) {
  return {Code::failed, cannot(doing, path, std::generic_category().message(error)),
          advice(path, error)};
}

Error not_regular(std::string_view doing, const std::filesystem::path& path) {
  return {Code::failed, cannot(doing, path, "it is not a regular file"),
          "name a regular file, or one that does not exist yet"};
}

}  // namespace tidemark::io
