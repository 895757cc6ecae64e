#include "counter/etcd_open.h"

#include "counter/etcd.h"

namespace tidemark::counter {

std::shared_ptr<Counter> open_etcd_counter(const Uri& uri) {
  return std::make_shared<EtcdCounter>(read_etcd_uri(uri));
}

}  // namespace tidemark::counter
