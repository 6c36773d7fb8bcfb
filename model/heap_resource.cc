// model/heap_resource.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <new>

#include "model/lock_order_graph.h"

namespace lockweave::model {
namespace {

// A request for more than the default alignment is refused: the graph makes none.
class HeapResource final : public Resource {
 public:
  void* allocate(std::size_t bytes, std::size_t alignment) override {
    if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__) return nullptr;
    return ::operator new(bytes, std::nothrow);
  }
  void deallocate(void* memory, std::size_t) override { ::operator delete(memory); }
};

}  // namespace

Resource& heap_resource() {
  static HeapResource resource;
  return resource;
}

}  // namespace lockweave::model
