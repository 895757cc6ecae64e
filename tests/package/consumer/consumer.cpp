#include <tidemark/tidemark.h>

#include <iostream>

int main() {
  std::cout << tidemark::name(tidemark::Code::counter_behind) << '\n';
  return 0;
}
