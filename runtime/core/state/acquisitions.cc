// runtime/core/state/acquisitions.cc
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "runtime/core/base/arena.h"
#include "runtime/core/base/lost.h"
#include "runtime/core/state/table_parts.h"

namespace lockweave::core {

constinit tables::AcquisitionTable tables::acquisitions;

namespace {

using namespace tables;

std::uint64_t hash_of(const AcquisitionKey& key) {
  return mix(key.address ^ mix(reinterpret_cast<std::uintptr_t>(key.outer) ^ key.site ^
                               (std::uint64_t{key.flags} << 48)));
}

Acquisition* find_node(std::uint64_t hash, const AcquisitionKey& key) {
  return acquisitions.by_key.find(hash, [&key](const Acquisition& node) {
    return node.address.load(std::memory_order_acquire) == key.address && node.outer == key.outer &&
           node.site == key.site && node.flags == key.flags;
  });
}

// The objects' lock is held.
Node* new_node() {
  if (Node* spare = objects.spare_nodes) {
    objects.spare_nodes = spare->next_spare;
    return spare;
  }
  auto* node = arena.make<Node>();
  if (node == nullptr) return nullptr;
  node->next_of_all = acquisitions.newest.load(std::memory_order_relaxed);
  while (!acquisitions.newest.compare_exchange_weak(
      node->next_of_all, node, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return node;
}

// The objects' lock is held. nullptr without memory.
Node* make_node(const AcquisitionKey& key, std::uint64_t hash, Object& object,
                InternedStack* stack) {
  Node* node = new_node();
  if (node == nullptr) return nullptr;
  node->object = &object;  // first: whoever still looks at a spare node finds an object
  node->outer = key.outer;
  node->site = key.site;
  node->flags = key.flags;
  node->depth = key.outer == nullptr ? 1 : key.outer->depth + 1;
  node->stack = stack;
  node->observations = nullptr;
  node->observation_count = 0;
  node->semaphores =
      (key.outer == nullptr ? 0 : key.outer->semaphores) + (object.kind == LW_SEMAPHORE ? 1 : 0);
  node->late = nullptr;
  node->taken_under.store(nullptr, std::memory_order_relaxed);
  node->written.clear();
  node->inner.store(0, std::memory_order_relaxed);
  node->hash = static_cast<std::uint32_t>(hash % kChains);
  node->id = acquisitions.count.load(std::memory_order_relaxed) + 1;
  acquisitions.count.store(node->id, std::memory_order_relaxed);
  node->next_of_object = object.acquisitions;
  object.acquisitions = node;
  node->address.store(key.address, std::memory_order_release);
  return node;
}

// The objects' lock is held; the object lives, and there is no such node.
Acquisition* publish_node(const AcquisitionKey& key, std::uint64_t hash, Object& object,
                          InternedStack* stack) {
  Node* node = make_node(key, hash, object, stack);
  if (node == nullptr) {
    count_lost(Loss::acquisitions);
    return nullptr;
  }
  // An address that is used again and again would else make its chain ever longer.
  acquisitions.by_key.remove_where(hash, [](const Acquisition& each) {
    return each.address.load(std::memory_order_relaxed) == 0;
  });
  if (key.outer != nullptr) {
    static_cast<Node*>(key.outer)->inner.fetch_add(1, std::memory_order_relaxed);
  }
  acquisitions.by_key.insert(hash, *node);
  return node;
}

}  // namespace

Acquisition* intern_acquisition(const AcquisitionKey& key, lw_kind kind, int flags, const void* pc,
                                bool& made) {
  made = false;
  const std::uint64_t hash = hash_of(key);
  if (Acquisition* found = find_node(hash, key)) return found;
  InternedStack* stack = intern_here(pc);
  RawGuard guard(objects.lock);
  if (Acquisition* found = find_node(hash, key)) return found;
  Object* object = find_or_begin(key.address, kind, flags, stack);
  if (object == nullptr || stack == nullptr) return nullptr;
  if (object->acquisitions == nullptr) {  // named before it was first locked
    object->kind = kind;
    object->process_shared |= (flags & LW_PROCESS_SHARED) != 0;
  }
  Acquisition* node = publish_node(key, hash, *object, stack);
  made = node != nullptr;
  return node;
}

bool is_nested(const Acquisition& node) {
  return node.outer != nullptr ||
         static_cast<const Node&>(node).inner.load(std::memory_order_relaxed) > 0;
}

Acquisition* newest_acquisition_of(const Object& object) {
  RawGuard guard(objects.lock);
  return object.acquisitions;
}

Acquisition* intern_like(const Acquisition& like, Acquisition* outer, std::uint32_t flags) {
  const std::uintptr_t address = like.object->address.load(std::memory_order_relaxed);
  if (address == 0) return nullptr;
  const AcquisitionKey key{outer, address, like.site, (like.flags & ~kContextUnknown) | flags};
  const std::uint64_t hash = hash_of(key);
  if (Acquisition* found = find_node(hash, key)) return found;
  RawGuard guard(objects.lock);
  if (Acquisition* found = find_node(hash, key)) return found;
  if (like.object->address.load(std::memory_order_relaxed) != address) {  // ended meanwhile
    count_lost(Loss::acquisitions);
    return nullptr;
  }
  return publish_node(key, hash, *like.object, like.stack);
}

void for_each_acquisition(AcquisitionVisitor visit, void* context) {
  for (Acquisition* node = acquisitions.newest.load(std::memory_order_acquire); node != nullptr;
       node = node->next_of_all) {
    visit(context, *node);
  }
}

}  // namespace lockweave::core
