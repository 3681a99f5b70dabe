// Interface 1.1: what all functions of the table do with their structures.
#include <functional>

#include "conformance/interface/client_1_1.h"
#include "conformance/runner/suite.h"

namespace onnxifi::conformance {
namespace {

// How good arguments are spoiled, or not.
enum class Form {
  kNow,    // as 1.1 has them
  kLater,  // of a later version: junk behind them
  kNext    // next is not NULL
};

template <typename Arguments>
onnxStatus CallAs(Form form,
                  onnxStatus(ONNXIFI_ABI* function)(const Arguments*),
                  Arguments arguments) {
  if (form == Form::kLater) {
    const Later<Arguments> later(arguments);
    return function(&later.known);
  }
  if (form == Form::kNext) arguments.next = &arguments;
  return function(&arguments);
}

// Handles and memory for one good call of every function.
class GoodCalls {
 public:
  using Call = std::function<onnxStatus(Form)>;
  struct Row {
    const char* name;
    Call call;
  };

  explicit GoodCalls(Client11& client) : client_(client) {
    model_ = client.session().model();
    if (model_ == nullptr) return;
    graph_ = client.session().NewGraph(model_->bytes);
    if (graph_ == nullptr || tensors_.y.bytes().empty()) return;
    ready_ = client.session().Bind(graph_, tensors_);
  }
  ~GoodCalls() {
    if (memory_.buffer != 0) Ignore(Free(Form::kNow));
  }
  GoodCalls(const GoodCalls&) = delete;
  GoodCalls& operator=(const GoodCalls&) = delete;

  bool ready() const { return ready_; }
  // Those that the plugin offers.
  std::vector<Row> Rows() {
    std::vector<Row> rows;
    AddModelRows(&rows);
    AddRunRows(&rows);
    AddMemoryRows(&rows);
    AddExportRows(&rows);
    return rows;
  }

 private:
  const onnxPluginInterface& table() { return client_.table(); }
  // A row that gives the session a graph.
  onnxStatus Own(onnxStatus status, onnxGraph made) {
    if (Done(status) && made != nullptr) client_.session().OwnGraph(made);
    return status;
  }
  // The same of an event, and how its run ends.
  onnxStatus EndOf(onnxStatus status, onnxEvent made) {
    if (status != ONNXIFI_STATUS_SUCCESS || made == nullptr) return status;
    client_.session().OwnEvent(made);
    return client_.plugin().onnxWaitEvent(made);
  }

  void AddModelRows(std::vector<Row>* rows) {
    if (table().checkModel != nullptr) {
      rows->push_back({"checkModel", [this](Form form) {
                         auto a = New<onnxCheckModelArguments>();
                         a.backendID = client_.id();
                         a.onnxModel = model_->bytes.data();
                         a.onnxModelSize = model_->bytes.size();
                         return CallAs(form, table().checkModel, a);
                       }});
    }
    if (table().initGraph != nullptr) {
      rows->push_back({"initGraph", [this](Form form) {
                         onnxGraph made = nullptr;
                         const onnxStatus status = CallAs(
                             form, table().initGraph,
                             client_.InitArguments(model_->bytes, &made));
                         return Own(status, made);
                       }});
    }
    if (table().queryGraph != nullptr) {
      rows->push_back({"queryGraph", [this](Form form) {
                         auto a = New<onnxQueryGraphArguments>();
                         a.backendID = client_.id();
                         a.onnxModel = model_->bytes.data();
                         a.onnxModelSize = model_->bytes.size();
                         a.receive = [](void*, uint32_t,
                                        const onnxNodeSupport*) {
                           return onnxStatus{ONNXIFI_STATUS_SUCCESS};
                         };
                         return CallAs(form, table().queryGraph, a);
                       }});
    }
    if (table().describeOptions != nullptr) {
      rows->push_back({"describeOptions", [this](Form form) {
                         auto a = New<onnxDescribeOptionsArguments>();
                         a.backendID = client_.id();
                         a.receive = [](void*, uint32_t,
                                        const onnxOptionInfo*) {
                           return onnxStatus{ONNXIFI_STATUS_SUCCESS};
                         };
                         return CallAs(form, table().describeOptions, a);
                       }});
    }
    if (table().getError != nullptr) {
      rows->push_back({"getError", [this](Form form) {
                         auto error = New<onnxErrorInfo>();
                         auto a = New<onnxGetErrorArguments>();
                         a.backendID = client_.id();
                         a.error = &error;
                         return CallAs(form, table().getError, a);
                       }});
    }
  }

  void AddRunRows(std::vector<Row>* rows) {
    if (table().runValues != nullptr) {
      rows->push_back({"runValues", [this](Form form) {
                         const uint64_t shape[] = {2, 3};
                         onnxValue x = New<onnxValue>();
                         x.kind = ONNXIFI_VALUE_KIND_TENSOR;
                         x.name = "x";
                         x.dataType = ONNXIFI_DATATYPE_FLOAT32;
                         x.dimensions = 2;
                         x.shape = shape;
                         x.data = tensors_.x.bytes().data();
                         x.dataSize = tensors_.x.bytes().size();
                         Outputs outputs;
                         return CallAs(
                             form, table().runValues,
                             Client11::RunArguments(graph_, {&x, 1}, &outputs));
                       }});
    }
    if (table().createContext != nullptr) {
      rows->push_back({"createContext", [this](Form form) {
                         onnxGraph made = nullptr;
                         auto a = New<onnxCreateContextArguments>();
                         a.graph = graph_;
                         a.context = &made;
                         const onnxStatus status =
                             CallAs(form, table().createContext, a);
                         return Own(status, made);
                       }});
    }
    if (table().startRun != nullptr) {
      rows->push_back({"startRun", [this](Form form) {
                         onnxEvent made = nullptr;
                         auto a = New<onnxStartRunArguments>();
                         a.graph = graph_;
                         a.event = &made;
                         const onnxStatus status =
                             CallAs(form, table().startRun, a);
                         return EndOf(status, made);
                       }});
    }
    if (table().getStatistics != nullptr) {
      rows->push_back({"getStatistics", [this](Form form) {
                         auto statistics = New<onnxGraphStatistics>();
                         auto a = New<onnxGetStatisticsArguments>();
                         a.graph = graph_;
                         a.statistics = &statistics;
                         return CallAs(form, table().getStatistics, a);
                       }});
    }
  }

  onnxStatus Allocate(Form form, onnxMemory* memory) {
    *memory = New<onnxMemory>();
    auto a = New<onnxAllocateMemoryArguments>();
    a.backend = client_.session().backend();
    a.size = 64;
    a.memory = memory;
    return CallAs(form, table().allocateMemory, a);
  }
  onnxStatus Free(Form form) {
    auto a = New<onnxFreeMemoryArguments>();
    a.backend = client_.session().backend();
    a.memoryType = memory_.memoryType;
    a.buffer = memory_.buffer;
    const onnxStatus status = CallAs(form, table().freeMemory, a);
    if (status == ONNXIFI_STATUS_SUCCESS) memory_ = {};
    return status;
  }

  void AddMemoryRows(std::vector<Row>* rows) {
    if (table().queryCopy != nullptr) {
      rows->push_back({"queryCopy", [this](Form form) {
                         auto support = New<onnxCopySupport>();
                         auto a = New<onnxQueryCopyArguments>();
                         a.backendID = client_.id();
                         a.support = &support;
                         return CallAs(form, table().queryCopy, a);
                       }});
    }
    if (table().allocateMemory == nullptr || table().freeMemory == nullptr) {
      return;
    }
    // A device may have no such memory at all.
    const onnxStatus has = Allocate(Form::kNow, &memory_);
    if (has == ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE) return;
    rows->push_back({"allocateMemory", [this](Form form) {
                       if (memory_.buffer != 0) {
                         Ignore(Free(Form::kNow));
                       }
                       return Allocate(form, &memory_);
                     }});
    rows->push_back({"freeMemory", [this](Form form) {
                       if (memory_.buffer == 0 &&
                           Allocate(Form::kNow, &memory_) !=
                               ONNXIFI_STATUS_SUCCESS) {
                         return onnxStatus{ONNXIFI_STATUS_INTERNAL_ERROR};
                       }
                       return Free(form);
                     }});
    if (table().copyMemory == nullptr) return;
    rows->push_back({"copyMemory", [this](Form form) {
                       auto a = New<onnxCopyMemoryArguments>();
                       a.backend = client_.session().backend();
                       return CallAs(form, table().copyMemory, a);
                     }});
  }

  void AddExportRows(std::vector<Row>* rows) {
    if (table().checkExported == nullptr) return;
    rows->push_back({"checkExported", [this](Form form) {
                       uint32_t verdict = 0;
                       auto a = New<onnxCheckExportedArguments>();
                       a.backendID = client_.id();
                       a.exported = model_->bytes.data();
                       a.exportedSize = model_->bytes.size();
                       a.verdict = &verdict;
                       return CallAs(form, table().checkExported, a);
                     }});
  }

  Client11& client_;
  const ProbeModel* model_ = nullptr;
  ProbeTensors tensors_{{2, 3}};
  onnxGraph graph_ = nullptr;
  onnxMemory memory_ = {};
  bool ready_ = false;
};

// Every function of the table, seen as one that takes a structure.
struct AnyFunction {
  const char* name;
  onnxStatus (*call)(void* function, const void* arguments);
  void* function;
  size_t size;
};

std::vector<AnyFunction> AllFunctions(const onnxPluginInterface& table) {
  std::vector<AnyFunction> all;
#define ONNXIFI_INTERFACE_FUNCTION(member, Name, since)               \
  if (table.member != nullptr) {                                      \
    all.push_back(                                                    \
        {#member,                                                     \
         [](void* function, const void* arguments) {                  \
           return reinterpret_cast<onnx##Name##Call>(function)(       \
               static_cast<const onnx##Name##Arguments*>(arguments)); \
         },                                                           \
         reinterpret_cast<void*>(table.member),                       \
         sizeof(onnx##Name##Arguments)});                             \
  }
#include "abi/onnxifi_interface.inc"
  return all;
}

void NullArguments(Test& test) {
  Client11 client(test);
  if (!client.ready()) return;
  for (const AnyFunction& one : AllFunctions(client.table())) {
    CERTIFY_STATUS(test, one.call(one.function, nullptr),
                   ONNXIFI_STATUS_INVALID_POINTER, one.name,
                   " with arguments == NULL");
  }
}

// The memory ends with structSize: what is read behind it is a crash.
void StructuresThatAreTooSmall(Test& test) {
  Client11 client(test);
  if (!client.ready()) return;
  for (const AnyFunction& one : AllFunctions(client.table())) {
    for (size_t size = 0; size < one.size; size += size < 8 ? 1 : 4) {
      Result<GuardedBuffer> memory = GuardedBuffer::Make((size + 15) / 8 * 8);
      CERTIFY_REQUIRE(test, memory.ok(), memory.status().message());
      std::memset(memory.value().bytes().data(), 0,
                  memory.value().bytes().size());
      const auto number = static_cast<uint32_t>(size);
      std::memcpy(memory.value().bytes().data(), &number, sizeof(number));
      CERTIFY_STATUS(
          test, one.call(one.function, memory.value().bytes().data()),
          ONNXIFI_STATUS_INVALID_SIZE, one.name, " with structSize ", size);
    }
    Result<GuardedBuffer> memory = GuardedBuffer::Make(one.size);
    CERTIFY_REQUIRE(test, memory.ok(), memory.status().message());
    std::memset(memory.value().bytes().data(), 0, one.size);
    const auto number = static_cast<uint32_t>(one.size - 1);
    std::memcpy(memory.value().bytes().data(), &number, sizeof(number));
    CERTIFY_STATUS(test, one.call(one.function, memory.value().bytes().data()),
                   ONNXIFI_STATUS_INVALID_SIZE, one.name,
                   " with a structSize that is 1 too small");
  }
}

void StructuresOfLaterVersions(Test& test) {
  Client11 client(test);
  if (!client.ready()) return;
  GoodCalls calls(client);
  CERTIFY_REQUIRE(test, calls.ready(), "no graph to call functions with");
  for (const GoodCalls::Row& row : calls.Rows()) {
    const onnxStatus now = row.call(Form::kNow);
    CERTIFY_CHECK(test, Done(now), row.name, ": ", StatusText(now), ": ",
                  client.LastError());
    const onnxStatus later = row.call(Form::kLater);
    CERTIFY_CHECK(test, Done(later), row.name,
                  " with a larger structure of a later version: ",
                  StatusText(later), ": ", client.LastError());
  }
}

void NextIsRefused(Test& test) {
  Client11 client(test);
  if (!client.ready()) return;
  GoodCalls calls(client);
  CERTIFY_REQUIRE(test, calls.ready(), "no graph to call functions with");
  for (const GoodCalls::Row& row : calls.Rows()) {
    CERTIFY_STATUS(test, row.call(Form::kNext),
                   ONNXIFI_STATUS_UNSUPPORTED_PROPERTY, row.name,
                   " with next != NULL");
    const onnxStatus now = row.call(Form::kNow);
    CERTIFY_CHECK(test, Done(now), row.name,
                  " after a refused call: ", StatusText(now), ": ",
                  client.LastError());
  }
}

}  // namespace

void AddStructuresTests(TestList* list) {
  const std::string at = "interface/structures/";
  list->Add(at + "null_arguments", {"R-ext-3"}, &NullArguments);
  list->Add(at + "too_small", {"R-ext-3"}, &StructuresThatAreTooSmall);
  list->Add(at + "later_versions", {"R-ext-3"}, &StructuresOfLaterVersions);
  list->Add(at + "next_is_refused", {"R-ext-4"}, &NextIsRefused);
}

}  // namespace onnxifi::conformance
