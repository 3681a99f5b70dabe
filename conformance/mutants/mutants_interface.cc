// Mutants of interface 1.1: the table itself, questions about models, failures,
// options, contexts and statistics.
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>

#include "conformance/mutants/interface_mutant.h"

namespace onnxifi::mutants {
namespace {

using T = onnxPluginInterface;

void LoseMemory(const onnxCheckModelArguments&) {
  constexpr size_t kBytes = size_t{1} << 20;
  static std::atomic<void*> last;
  void* const block = malloc(kBytes);
  if (block != nullptr) std::memset(block, 1, kBytes);
  last = block;
}

void NoInitGraph(T* table) { table->initGraph = nullptr; }
void NoSize(T* table) { table->structSize = 0; }
void OtherVersion(T* table) { table->version = 0x00020000; }

// ---- queryGraph ----

// What the client gives is the context of the changed receiver.
const onnxQueryGraphArguments& Client(void* context) {
  return *static_cast<const onnxQueryGraphArguments*>(context);
}
template <auto kReceive>
onnxStatus ONNXIFI_ABI Query(const onnxQueryGraphArguments* arguments) {
  if (!Whole(arguments) || arguments->receive == nullptr) {
    return BaseTable().queryGraph(arguments);
  }
  onnxQueryGraphArguments changed = *arguments;
  changed.receive = kReceive;
  changed.receiveContext = const_cast<onnxQueryGraphArguments*>(arguments);
  return BaseTable().queryGraph(&changed);
}

onnxStatus ONNXIFI_ABI DropLastNode(void* context, uint32_t count,
                                    const onnxNodeSupport* nodes) {
  const auto& client = Client(context);
  return client.receive(client.receiveContext, count > 0 ? count - 1 : 0,
                        nodes);
}
onnxStatus ONNXIFI_ABI AnswerTwice(void* context, uint32_t count,
                                   const onnxNodeSupport* nodes) {
  const auto& client = Client(context);
  const onnxStatus status = client.receive(client.receiveContext, count, nodes);
  return status != ONNXIFI_STATUS_SUCCESS
             ? status
             : client.receive(client.receiveContext, count, nodes);
}
onnxStatus ONNXIFI_ABI NoAnswer(void*, uint32_t, const onnxNodeSupport*) {
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus ONNXIFI_ABI IgnoresAnswer(void* context, uint32_t count,
                                     const onnxNodeSupport* nodes) {
  const auto& client = Client(context);
  Ignore(client.receive(client.receiveContext, count, nodes));
  return ONNXIFI_STATUS_SUCCESS;
}
onnxStatus ONNXIFI_ABI OtherThread(void* context, uint32_t count,
                                   const onnxNodeSupport* nodes) {
  const auto& client = Client(context);
  onnxStatus status = 0;
  std::thread([&] {
    status = client.receive(client.receiveContext, count, nodes);
  }).join();
  return status;
}
template <auto kChange>
onnxStatus ONNXIFI_ABI EachNode(void* context, uint32_t count,
                                const onnxNodeSupport* nodes) {
  const auto& client = Client(context);
  std::vector<onnxNodeSupport> changed(nodes, nodes + count);
  for (onnxNodeSupport& node : changed) kChange(node);
  return client.receive(client.receiveContext, count, changed.data());
}
void AllNative(onnxNodeSupport& node) {
  node.support = ONNXIFI_SUPPORT_NATIVE;
  node.status = ONNXIFI_STATUS_SUCCESS;
}
void NoneAtAll(onnxNodeSupport& node) {
  node.support = ONNXIFI_SUPPORT_NONE;
  node.status = ONNXIFI_STATUS_UNSUPPORTED_OPERATOR;
}
void RefusedWithSuccess(onnxNodeSupport& node) {
  if (node.support == ONNXIFI_SUPPORT_NONE) {
    node.status = ONNXIFI_STATUS_SUCCESS;
  }
}
void OddSupport(onnxNodeSupport& node) { node.support = 7; }
void OddSize(onnxNodeSupport& node) { node.structSize = 0; }

// ---- getError, describeOptions, createContext, getStatistics ----

void NothingFailed(const onnxGetErrorArguments& arguments) {
  arguments.error->status = ONNXIFI_STATUS_SUCCESS;
}
void NoErrorText(const onnxGetErrorArguments& arguments) {
  arguments.error->text = nullptr;
}
void NoNode(const onnxGetErrorArguments& arguments) {
  arguments.error->nodeName = nullptr;
  arguments.error->operatorName = nullptr;
}
void EventIgnored(onnxGetErrorArguments& arguments) {
  arguments.event = nullptr;
}

// What the thread that asked last was told, when that was another one.
void ToldOfOtherThread(const onnxGetErrorArguments& arguments) {
  static std::mutex mutex;
  static std::thread::id asked;
  static onnxStatus told = ONNXIFI_STATUS_SUCCESS;
  const std::lock_guard<std::mutex> lock(mutex);
  const onnxStatus own = arguments.error->status;
  if (asked != std::thread::id() && asked != std::this_thread::get_id()) {
    arguments.error->status = told;
  }
  asked = std::this_thread::get_id();
  told = own;
}

onnxStatus ONNXIFI_ABI NoOptions(const onnxDescribeOptionsArguments* from) {
  if (!Whole(from) || from->receive == nullptr) {
    return BaseTable().describeOptions(from);
  }
  return ONNXIFI_STATUS_SUCCESS;
}
// The receiver's context is the client's structure.
onnxStatus ONNXIFI_ABI OneOption(void* context, uint32_t,
                                 const onnxOptionInfo*) {
  const auto& client =
      *static_cast<const onnxDescribeOptionsArguments*>(context);
  onnxOptionInfo option = {};
  option.structSize = sizeof(option);
  option.key = "nobody.knows";
  option.defaultValue = "0";
  option.description = "An option that initGraph refuses.";
  return client.receive(client.receiveContext, 1, &option);
}
onnxStatus ONNXIFI_ABI NoDescription(void* context, uint32_t count,
                                     const onnxOptionInfo* options) {
  const auto& client =
      *static_cast<const onnxDescribeOptionsArguments*>(context);
  std::vector<onnxOptionInfo> changed(options, options + count);
  for (onnxOptionInfo& option : changed) option.description = nullptr;
  return client.receive(client.receiveContext, count, changed.data());
}
template <auto kReceive>
void Options(onnxDescribeOptionsArguments& arguments) {
  if (arguments.receive == nullptr) return;
  // Lives as long as the call: one a thread.
  thread_local onnxDescribeOptionsArguments client;
  client = arguments;
  arguments.receive = kReceive;
  arguments.receiveContext = &client;
}

onnxStatus ONNXIFI_ABI SameGraph(const onnxCreateContextArguments* arguments) {
  const onnxStatus status = BaseTable().createContext(arguments);
  if (status == ONNXIFI_STATUS_SUCCESS) *arguments->context = arguments->graph;
  return status;
}
void NoContext(const onnxCreateContextArguments& arguments) {
  *arguments.context = nullptr;
}
void NothingCounted(const onnxGetStatisticsArguments& arguments) {
  arguments.statistics->runsCompleted = 0;
}
void FailuresCounted(const onnxGetStatisticsArguments& arguments) {
  arguments.statistics->runsFailed = arguments.statistics->runsCompleted;
}
// ---- checkModel and initGraph ----

template <typename Struct>
void NextIgnored(Struct& arguments) {
  arguments.next = nullptr;
}
void OptionsIgnored(onnxInitGraphArguments& arguments) {
  arguments.options = nullptr;
  arguments.optionsCount = 0;
}
void FlagsIgnored(onnxInitGraphArguments& arguments) { arguments.flags &= 1; }
void ProfilesIgnored(onnxInitGraphArguments& arguments) {
  arguments.profiles = nullptr;
  arguments.profilesCount = 0;
}
onnxStatus ONNXIFI_ABI StaleGraph(const onnxInitGraphArguments* arguments) {
  const bool readable = Whole(arguments) && arguments->graph != nullptr;
  const onnxGraph before = readable ? *arguments->graph : nullptr;
  const onnxStatus status = BaseTable().initGraph(arguments);
  if (readable && status != ONNXIFI_STATUS_SUCCESS) *arguments->graph = before;
  return status;
}
onnxStatus ONNXIFI_ABI AnySize(const onnxCheckModelArguments* arguments) {
  if (arguments == nullptr || Whole(arguments)) {
    return BaseTable().checkModel(arguments);
  }
  onnxCheckModelArguments whole = *arguments;
  whole.structSize = sizeof(whole);
  return BaseTable().checkModel(&whole);
}

#define SWAP(member, from, to) \
  &SwapStatus<&T::member, ONNXIFI_STATUS_##from, ONNXIFI_STATUS_##to>
#define QUERY(receive) &Replace<&T::queryGraph, &Query<receive>>

constexpr TableRow kRows[] = {
    {"table_no_size", &NoSize, "the table has no size"},
    {"table_other_version", &OtherVersion, "the table has another version"},
    {"check_model_claims_operators",
     SWAP(checkModel, UNSUPPORTED_OPERATOR, SUCCESS),
     "checkModel accepts operators that it does not run"},
    {"check_model_claims_types",
     SWAP(checkModel, UNSUPPORTED_DATATYPE, SUCCESS),
     "checkModel accepts types that it does not run"},
    {"check_model_next",
     &Before<&T::checkModel, &NextIgnored<onnxCheckModelArguments>>,
     "checkModel ignores a chain of extensions"},
    {"check_model_null_accepted", SWAP(checkModel, INVALID_POINTER, SUCCESS),
     "checkModel takes no arguments at all"},
    {"table_without_init_graph", &NoInitGraph,
     "the table has checkModel and no initGraph"},
    {"check_model_leaks", &After<&T::checkModel, &LoseMemory>,
     "1 MiB is lost with each checkModel"},
    {"check_model_any_size", &Replace<&T::checkModel, &AnySize>,
     "checkModel takes a structure that is too small"},
    {"init_unknown_option", &Before<&T::initGraph, &OptionsIgnored>,
     "initGraph ignores options"},
    {"init_unknown_flags", &Before<&T::initGraph, &FlagsIgnored>,
     "initGraph ignores unknown flags"},
    {"init_profiles_ignored", &Before<&T::initGraph, &ProfilesIgnored>,
     "initGraph ignores profiles of shapes"},
    {"init_next", &Before<&T::initGraph, &NextIgnored<onnxInitGraphArguments>>,
     "initGraph ignores a chain of extensions"},
    {"init_stale_on_error", &Replace<&T::initGraph, &StaleGraph>,
     "a failing initGraph does not store NULL"},
    {"query_drops_last", QUERY(&DropLastNode),
     "queryGraph tells nothing of the last node"},
    {"query_answers_twice", QUERY(&AnswerTwice), "queryGraph answers twice"},
    {"query_does_not_answer", QUERY(&NoAnswer),
     "queryGraph succeeds without an answer"},
    {"query_ignores_receiver", QUERY(&IgnoresAnswer),
     "queryGraph succeeds when the receiver refuses"},
    {"query_other_thread", QUERY(&OtherThread),
     "queryGraph answers on another thread"},
    {"query_claims_all", QUERY(&EachNode<&AllNative>),
     "queryGraph claims every node"},
    {"query_refuses_all", QUERY(&EachNode<&NoneAtAll>),
     "queryGraph refuses what initGraph takes"},
    {"query_refuses_with_success", QUERY(&EachNode<&RefusedWithSuccess>),
     "a refused node has status SUCCESS"},
    {"query_odd_support", QUERY(&EachNode<&OddSupport>),
     "the support of a node is none of the list"},
    {"query_no_size", QUERY(&EachNode<&OddSize>),
     "the elements of the answer have no size"},
    {"error_says_success", &After<&T::getError, &NothingFailed>,
     "getError says that nothing has failed"},
    {"error_no_text", &After<&T::getError, &NoErrorText>,
     "the text of a failure is NULL"},
    {"error_no_node", &After<&T::getError, &NoNode>,
     "the node of a refusal is not told"},
    {"error_of_other_thread", &After<&T::getError, &ToldOfOtherThread>,
     "threads are told of each other's failures"},
    {"error_ignores_event", &Before<&T::getError, &EventIgnored>,
     "getError of an event tells of the thread"},
    {"error_stale_event", SWAP(getError, INVALID_EVENT, SUCCESS),
     "getError accepts an event that is not live"},
    {"options_not_told", &Replace<&T::describeOptions, &NoOptions>,
     "describeOptions succeeds without an answer"},
    {"options_unknown", &Before<&T::describeOptions, &Options<&OneOption>>,
     "describeOptions tells of an option that initGraph refuses"},
    {"options_not_described",
     &Before<&T::describeOptions, &Options<&NoDescription>>,
     "options have no description"},
    {"context_is_graph", &Replace<&T::createContext, &SameGraph>,
     "a context is the graph itself"},
    {"context_is_null", &After<&T::createContext, &NoContext>,
     "a context is NULL and SUCCESS"},
    {"context_stale_graph", SWAP(createContext, INVALID_GRAPH, SUCCESS),
     "createContext accepts a graph that is not live"},
    {"statistics_no_runs", &After<&T::getStatistics, &NothingCounted>,
     "runs are not counted"},
    {"statistics_failures", &After<&T::getStatistics, &FailuresCounted>,
     "runs that ended well count as failed"},
    {"statistics_stale_graph", SWAP(getStatistics, INVALID_GRAPH, SUCCESS),
     "getStatistics accepts a graph that is not live"},
};

}  // namespace

void AddInterfaceMutants(std::vector<MutantInfo>* list) {
  AddTableRows(kRows, list);
}

}  // namespace onnxifi::mutants
