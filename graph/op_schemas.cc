#include "graph/op_schemas.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/schema_makers.h"

namespace onnxifi::graph {
namespace {

class SchemaTable {
 public:
  SchemaTable() {
    entries_.reserve(SchemaMakers().size());
    for (const SchemaMaker& maker : SchemaMakers()) {
      entries_.push_back({maker, nullptr});
    }
    // Names in order, the newest version of each first.
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) {
                return a.maker.name != b.maker.name
                           ? a.maker.name < b.maker.name
                           : a.maker.version > b.maker.version;
              });
    for (size_t i = 0; i < entries_.size(); ++i) {
      newest_.emplace(entries_[i].maker.name, i);  // the first of a name stays
    }
  }

  const onnx::OpSchema* Find(std::string_view name, int version,
                             std::string_view domain) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto first = newest_.find(name);
    if (first == newest_.end()) return nullptr;
    auto entry = entries_.begin() + static_cast<ptrdiff_t>(first->second);
    for (; entry != entries_.end() && entry->maker.name == name; ++entry) {
      if (entry->maker.version > version) continue;
      if (entry->schema == nullptr) {
        entry->schema = std::make_unique<onnx::OpSchema>(entry->maker.make());
        entry->schema->Finalize();
      }
      if (entry->schema->domain() == domain) return entry->schema.get();
    }
    return nullptr;
  }

 private:
  struct Entry {
    SchemaMaker maker;
    std::unique_ptr<onnx::OpSchema> schema;
  };

  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::unordered_map<std::string_view, size_t> newest_;  // into entries_
};

class Registry final : public onnx::ISchemaRegistry {
 public:
  const onnx::OpSchema* GetSchema(const std::string& key, const int version,
                                  const std::string& domain) const override {
    return FindSchema(key, version, domain);
  }
};

}  // namespace

const onnx::OpSchema* FindSchema(const std::string& name, int version,
                                 const std::string& domain) {
  static SchemaTable table;
  return table.Find(name, version, domain);
}

const onnx::ISchemaRegistry* LazySchemas() {
  static const Registry registry;
  return &registry;
}

}  // namespace onnxifi::graph
