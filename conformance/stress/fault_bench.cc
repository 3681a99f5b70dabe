#include "conformance/stress/fault_bench.h"

#include <atomic>

#include "base/str_cat.h"

namespace onnxifi::conformance {
namespace {

std::string NothingCame(const void* handle) {
  return handle == nullptr ? "" : "a handle comes with a failure";
}

// Receivers that allocate nothing.
onnxStatus ONNXIFI_ABI TakeValue(void* context, uint32_t, const onnxValue*) {
  ++*static_cast<int*>(context);
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus ONNXIFI_ABI TakeNodes(void*, uint32_t, const onnxNodeSupport*) {
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus ONNXIFI_ABI TakeOptions(void*, uint32_t, const onnxOptionInfo*) {
  return ONNXIFI_STATUS_SUCCESS;
}

}  // namespace

FaultBench::FaultBench(Test& test) : test_(test), client_(test) {
  Session& session = client_.session();
  if (!session.ready() || session.model() == nullptr ||
      tensors_.y.bytes().empty() || check_.y.bytes().empty()) {
    return;
  }
  graph_ = session.NewGraph(model());
  other_ = session.NewGraph(model());
  if (graph_ == nullptr || other_ == nullptr) return;
  SetDescriptors();
  ready_ = session.Bind(graph_, tensors_) && session.Bind(other_, check_);
}

FaultBench::~FaultBench() {
  // Before the memory that they are bound to.
  for (onnxGraph graph : {graph_, other_}) {
    if (graph == nullptr) continue;
    client_.session().DisownGraph(graph);
    CERTIFY_STATUS(test_, f().onnxReleaseGraph(graph), ONNXIFI_STATUS_SUCCESS,
                   "at the end");
  }
}

void FaultBench::SetDescriptors() {
  x_ = Describe("x", ONNXIFI_DATATYPE_FLOAT32, tensors_.shape,
                tensors_.x.bytes().data());
  y_ = Describe("y", ONNXIFI_DATATYPE_FLOAT32, tensors_.shape,
                tensors_.y.bytes().data());
}

std::string FaultBench::Broken() {
  check_.y.Poison();
  onnxEvent gate = nullptr;
  onnxStatus status = f().onnxInitEvent(backend(), &gate);
  if (status != ONNXIFI_STATUS_SUCCESS) {
    return StrCat("onnxInitEvent: ", StatusText(status));
  }
  const onnxMemoryFenceV1 from = EventFence(gate);
  onnxMemoryFenceV1 to = EventFence(nullptr);
  status = f().onnxRunGraph(other_, &from, &to);
  Ignore(f().onnxSignalEvent(gate));
  if (status == ONNXIFI_STATUS_SUCCESS) {
    status = f().onnxWaitEvent(to.event);
    Ignore(f().onnxReleaseEvent(to.event));
  }
  Ignore(f().onnxReleaseEvent(gate));
  if (status != ONNXIFI_STATUS_SUCCESS) {
    return StrCat("a run: ", StatusText(status));
  }
  return check_.Wrong(*client_.session().model());
}

std::vector<FaultCall> FaultBench::Calls() {
  std::vector<FaultCall> calls;
  AddQuestions(&calls);
  AddObjects(&calls);
  AddRuns(&calls);
  AddReleases(&calls);
  if (client_.ready()) {
    AddModels11(&calls);
    AddRuns11(&calls);
    AddMemory11(&calls);
  }
  return calls;
}

void FaultBench::AddQuestions(std::vector<FaultCall>* calls) {
  const auto nothing = [] {};
  const auto fine = [](onnxStatus) { return std::string(); };
  calls->push_back({"onnxGetBackendIDs", nothing,
                    [this] {
                      size_t count = 0;
                      return f().onnxGetBackendIDs(nullptr, &count);
                    },
                    fine});
  calls->push_back({"onnxGetBackendInfo", nothing,
                    [this] {
                      char text[4096];
                      onnxStatus status = ONNXIFI_STATUS_SUCCESS;
                      for (const int selector : {0, 1, 3, 4, 5, 8, 10, 20}) {
                        size_t size = sizeof(text);
                        const onnxStatus one = f().onnxGetBackendInfo(
                            client_.id(), selector, text, &size);
                        if (!Done(one)) status = one;
                      }
                      return status;
                    },
                    fine});
  calls->push_back({"onnxGetBackendCompatibility", nothing,
                    [this] {
                      return f().onnxGetBackendCompatibility(
                          client_.id(), model().size(), model().data());
                    },
                    fine});
}

void FaultBench::AddObjects(std::vector<FaultCall>* calls) {
  calls->push_back({"onnxInitBackend", [this] { made_backend_ = nullptr; },
                    [this] {
                      return f().onnxInitBackend(client_.id(), nullptr,
                                                 &made_backend_);
                    },
                    [this](onnxStatus status) {
                      if (!Done(status)) return NothingCame(made_backend_);
                      Ignore(f().onnxReleaseBackend(made_backend_));
                      return std::string();
                    }});
  calls->push_back({"onnxInitEvent", [this] { event_ = nullptr; },
                    [this] { return f().onnxInitEvent(backend(), &event_); },
                    [this](onnxStatus status) {
                      if (!Done(status)) return NothingCame(event_);
                      Ignore(f().onnxReleaseEvent(event_));
                      return std::string();
                    }});
  calls->push_back({"onnxInitGraph", [this] { made_graph_ = nullptr; },
                    [this] {
                      return f().onnxInitGraph(backend(), nullptr,
                                               model().size(), model().data(),
                                               0, nullptr, &made_graph_);
                    },
                    [this](onnxStatus status) {
                      if (!Done(status)) return NothingCame(made_graph_);
                      Ignore(f().onnxReleaseGraph(made_graph_));
                      return std::string();
                    }});
  calls->push_back(
      {"onnxSetGraphIO", [] {},
       [this] { return f().onnxSetGraphIO(graph_, 1, &x_, 1, &y_); },
       [this](onnxStatus status) {
         if (Done(status)) return std::string();
         const onnxStatus again = f().onnxSetGraphIO(graph_, 1, &x_, 1, &y_);
         return Done(again)
                    ? std::string()
                    : StrCat("onnxSetGraphIO afterwards: ", StatusText(again));
       }});
}

// What the run has left, when it was accepted.
std::string FaultBench::EndOfRun(onnxStatus accepted) {
  std::string wrong;
  if (Done(accepted)) {
    // A run may find too little, which its wait tells.
    const bool poor = (ended_ & 0xff00) == 0x0400;
    if (ended_ != ONNXIFI_STATUS_SUCCESS && !poor) {
      wrong = StrCat("the run ends with ", StatusText(ended_));
    } else if (ended_ == ONNXIFI_STATUS_SUCCESS) {
      wrong = tensors_.Wrong(*client_.session().model());
    }
    if (output_ != nullptr) Ignore(f().onnxReleaseEvent(output_));
  } else if (output_ != nullptr) {
    wrong = "an event comes with a failure";
  }
  if (event_ != nullptr) Ignore(f().onnxReleaseEvent(event_));
  event_ = output_ = nullptr;
  return wrong;
}

void FaultBench::AddRuns(std::vector<FaultCall>* calls) {
  const auto prepare = [this] {
    tensors_.y.Poison();
    ended_ = ONNXIFI_STATUS_SUCCESS;
    event_ = output_ = nullptr;
    Ignore(f().onnxInitEvent(backend(), &event_));
  };
  calls->push_back({"onnxRunGraph to its end", prepare,
                    [this] {
                      const onnxMemoryFenceV1 from = EventFence(event_);
                      onnxMemoryFenceV1 to = EventFence(nullptr);
                      const onnxStatus status =
                          f().onnxRunGraph(graph_, &from, &to);
                      Ignore(f().onnxSignalEvent(event_));
                      output_ = to.event;
                      if (Done(status)) ended_ = f().onnxWaitEvent(output_);
                      return status;
                    },
                    [this](onnxStatus status) { return EndOfRun(status); }});
  if (f().onnxSetIOAndRunGraph == nullptr) return;
  calls->push_back({"onnxSetIOAndRunGraph to its end", prepare,
                    [this] {
                      onnxMemoryFenceV1 to = EventFence(nullptr);
                      const onnxStatus status =
                          f().onnxSetIOAndRunGraph(graph_, 1, &x_, 1, &y_, &to);
                      output_ = to.event;
                      if (Done(status)) ended_ = f().onnxWaitEvent(output_);
                      return status;
                    },
                    [this](onnxStatus status) {
                      const std::string wrong = EndOfRun(status);
                      // It leaves no binding when it fails.
                      Ignore(f().onnxSetGraphIO(graph_, 1, &x_, 1, &y_));
                      return wrong;
                    }});
}

// They have no memory to ask for, and the handle is dead whatever they return.
void FaultBench::AddReleases(std::vector<FaultCall>* calls) {
  const auto fine = [](onnxStatus) { return std::string(); };
  calls->push_back({"onnxSignalEvent and onnxGetEventState",
                    [this] { Ignore(f().onnxInitEvent(backend(), &event_)); },
                    [this] {
                      onnxEventState state = 0;
                      const onnxStatus status = f().onnxSignalEvent(event_);
                      const onnxStatus seen =
                          f().onnxGetEventState(event_, &state);
                      return Done(status) ? seen : status;
                    },
                    [this](onnxStatus) {
                      Ignore(f().onnxReleaseEvent(event_));
                      return std::string();
                    },
                    false});
  calls->push_back({"onnxReleaseEvent",
                    [this] { Ignore(f().onnxInitEvent(backend(), &event_)); },
                    [this] { return f().onnxReleaseEvent(event_); }, fine,
                    false});
  calls->push_back(
      {"onnxReleaseGraph",
       [this] {
         Ignore(f().onnxInitGraph(backend(), nullptr, model().size(),
                                  model().data(), 0, nullptr, &made_graph_));
       },
       [this] { return f().onnxReleaseGraph(made_graph_); }, fine, false});
  calls->push_back(
      {"onnxReleaseBackend",
       [this] {
         Ignore(f().onnxInitBackend(client_.id(), nullptr, &made_backend_));
       },
       [this] { return f().onnxReleaseBackend(made_backend_); }, fine, false});
}

void FaultBench::AddModels11(std::vector<FaultCall>* calls) {
  const onnxPluginInterface& table = client_.table();
  const auto nothing = [] {};
  const auto fine = [](onnxStatus) { return std::string(); };
  if (table.checkModel != nullptr) {
    calls->push_back({"checkModel", nothing,
                      [this] { return client_.Check(model()); }, fine});
  }
  if (table.queryGraph != nullptr) {
    calls->push_back({"queryGraph", nothing,
                      [this] {
                        auto a = New<onnxQueryGraphArguments>();
                        a.backendID = client_.id();
                        a.onnxModel = model().data();
                        a.onnxModelSize = model().size();
                        a.receive = &TakeNodes;
                        return client_.table().queryGraph(&a);
                      },
                      fine});
  }
  if (table.describeOptions != nullptr) {
    calls->push_back({"describeOptions", nothing,
                      [this] {
                        auto a = New<onnxDescribeOptionsArguments>();
                        a.backendID = client_.id();
                        a.receive = &TakeOptions;
                        return client_.table().describeOptions(&a);
                      },
                      fine});
  }
  const auto release = [this](onnxStatus status) {
    if (!Done(status)) return NothingCame(made_graph_);
    Ignore(f().onnxReleaseGraph(made_graph_));
    return std::string();
  };
  if (table.initGraph != nullptr) {
    calls->push_back({"initGraph", [this] { made_graph_ = nullptr; },
                      [this] {
                        const auto a =
                            client_.InitArguments(model(), &made_graph_);
                        return client_.table().initGraph(&a);
                      },
                      release});
  }
  if (table.createContext != nullptr) {
    calls->push_back({"createContext", [this] { made_graph_ = nullptr; },
                      [this] {
                        auto a = New<onnxCreateContextArguments>();
                        a.graph = graph_;
                        a.context = &made_graph_;
                        return client_.table().createContext(&a);
                      },
                      release});
  }
  if (table.getStatistics != nullptr) {
    calls->push_back({"getStatistics", nothing,
                      [this] {
                        auto statistics = New<onnxGraphStatistics>();
                        auto a = New<onnxGetStatisticsArguments>();
                        a.graph = graph_;
                        a.statistics = &statistics;
                        return client_.table().getStatistics(&a);
                      },
                      fine, false});
  }
}

void FaultBench::AddRuns11(std::vector<FaultCall>* calls) {
  const onnxPluginInterface& table = client_.table();
  if (table.runValues != nullptr) {
    static int received = 0;
    calls->push_back({"runValues", [] { received = 0; },
                      [this] {
                        onnxValue x = New<onnxValue>();
                        x.kind = ONNXIFI_VALUE_KIND_TENSOR;
                        x.name = "x";
                        x.dataType = ONNXIFI_DATATYPE_FLOAT32;
                        x.dimensions = 2;
                        x.shape = tensors_.shape.data();
                        x.data = tensors_.x.bytes().data();
                        x.dataSize = tensors_.x.bytes().size();
                        auto a = New<onnxRunValuesArguments>();
                        a.graph = graph_;
                        a.inputsCount = 1;
                        a.inputs = &x;
                        a.receive = &TakeValue;
                        a.receiveContext = &received;
                        return client_.table().runValues(&a);
                      },
                      [](onnxStatus status) {
                        return received == (Done(status) ? 1 : 0)
                                   ? std::string()
                                   : StrCat(received, " outputs came");
                      }});
  }
  if (table.startRun == nullptr) return;
  static std::atomic<int> told;
  calls->push_back({"startRun to its end",
                    [this] {
                      tensors_.y.Poison();
                      ended_ = ONNXIFI_STATUS_SUCCESS;
                      event_ = output_ = nullptr;
                      told = 0;
                      Ignore(f().onnxInitEvent(backend(), &event_));
                    },
                    [this] {
                      auto a = New<onnxStartRunArguments>();
                      a.graph = graph_;
                      a.waitCount = 1;
                      a.waitEvents = &event_;
                      a.deadlineNs = InMs(3600 * 1000);
                      a.done = [](void*, uint64_t, onnxStatus) { ++told; };
                      a.event = &output_;
                      const onnxStatus status = client_.table().startRun(&a);
                      Ignore(f().onnxSignalEvent(event_));
                      if (Done(status)) ended_ = f().onnxWaitEvent(output_);
                      return status;
                    },
                    [this](onnxStatus status) {
                      // It comes after the event.
                      const int wanted = Done(status) ? 1 : 0;
                      const uint64_t until = InMs(5000);
                      while (told != wanted && NowNs() < until) {
                      }
                      const std::string wrong = EndOfRun(status);
                      if (!wrong.empty() || told == wanted) return wrong;
                      return StrCat("`done` was called ", told.load(),
                                    " times");
                    }});
}

void FaultBench::AddMemory11(std::vector<FaultCall>* calls) {
  const onnxPluginInterface& table = client_.table();
  if (table.allocateMemory == nullptr || table.freeMemory == nullptr) return;
  const auto free = [this](onnxStatus status) {
    if (!Done(status)) return std::string();
    auto a = New<onnxFreeMemoryArguments>();
    a.backend = backend();
    a.memoryType = memory_.memoryType;
    a.buffer = memory_.buffer;
    const onnxStatus freed = client_.table().freeMemory(&a);
    return Done(freed) ? std::string()
                       : StrCat("freeMemory: ", StatusText(freed));
  };
  const auto prepare = [this] { memory_ = New<onnxMemory>(); };
  // A device without such memory refuses before it allocates anything.
  auto probe = New<onnxAllocateMemoryArguments>();
  memory_ = New<onnxMemory>();
  probe.backend = backend();
  probe.size = 64;
  probe.memory = &memory_;
  if (!Done(table.allocateMemory(&probe))) return;
  static_cast<void>(free(ONNXIFI_STATUS_SUCCESS));
  calls->push_back({"allocateMemory", prepare,
                    [this] {
                      auto a = New<onnxAllocateMemoryArguments>();
                      a.backend = backend();
                      a.size = 1000;
                      a.memory = &memory_;
                      return client_.table().allocateMemory(&a);
                    },
                    free});
  bytes_.assign(4096, 0);
  if (table.importMemory == nullptr) return;
  auto import = New<onnxImportMemoryArguments>();
  memory_ = New<onnxMemory>();
  import.kind = ONNXIFI_EXTERNAL_HOST_POINTER;
  import.backend = backend();
  import.external = reinterpret_cast<onnxPointer>(bytes_.data());
  import.size = bytes_.size();
  import.memory = &memory_;
  if (!Done(table.importMemory(&import))) return;
  static_cast<void>(free(ONNXIFI_STATUS_SUCCESS));
  calls->push_back(
      {"importMemory", prepare,
       [this, import] { return client_.table().importMemory(&import); }, free});
}

}  // namespace onnxifi::conformance
