#include "tests/counter/certificates.h"

#include <fstream>
#include <stdexcept>

namespace tidemark::counter {
namespace {

void run(const std::string& command) {
  const std::string said = output_of("{ " + command + "; } 2>&1 && echo done");
  if (!said.ends_with("done\n")) throw std::runtime_error("openssl: " + said);
}

}  // namespace

Certificates::Certificates() {
  const std::string key = quoted((folder_.path() / "ca.key").string());
  run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=ca' "
      "-keyout " +
      key + " -out " + quoted(ca().string()));
  make("server", "/CN=server",
       "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n");
  // Without a name: where etcd has users, its gateway takes no client with one.
  make("client", "/O=client", "extendedKeyUsage=clientAuth\n");
}

std::string Certificates::settings() const {
  return "ca=" + ca().string() + "&cert=" + client().string() + "&key=" + client_key().string();
}

void Certificates::make(const std::string& name, const std::string& subject,
                        const std::string& extensions) const {
  const std::string base = (folder_.path() / name).string();
  const std::string authority = (folder_.path() / "ca").string();
  std::ofstream(base + ".ext") << extensions;
  run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj " + subject +
      " -keyout " + quoted(base + ".key") + " -out " + quoted(base + ".csr"));
  run("openssl x509 -req -days 2 -in " + quoted(base + ".csr") + " -CA " +
      quoted(authority + ".pem") + " -CAkey " + quoted(authority + ".key") +
      " -CAcreateserial -extfile " + quoted(base + ".ext") + " -out " + quoted(base + ".pem"));
}

}  // namespace tidemark::counter
