/* SPDX-License-Identifier: Apache-2.0 */
/** @file onnxifi_interface.h
 *  Interface 1.1: part 3 of onnxifi_ext.h, which includes it.
 *
 *  A host and a plugin exchange tables of functions. Each function takes one
 *  structure of arguments; a NULL member of the plugin's table means that the
 *  backend does not offer it [R-ext-29]. The conventions of onnxifi.h hold.
 */
#ifndef ONNXIFI_INTERFACE_H
#define ONNXIFI_INTERFACE_H 1

#include "onnxifi/onnxifi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How its structures grow. Members are only ever added at the end. structSize
 * is the sizeof that whoever filled the structure was compiled with; a reader
 * uses the members that lie inside it and takes the others as 0 or NULL, which
 * always means the default. A structure that lacks a member of 1.1 is refused
 * with INVALID_SIZE [R-ext-3]. `next` is for a chain of extensions; none is
 * defined yet, and anything but NULL is UNSUPPORTED_PROPERTY [R-ext-4].
 *
 * A version is major << 16 | minor. Within one major version, a higher minor
 * version has everything that a lower one has. */

#define ONNXIFI_INTERFACE_VERSION_1_1 0x00010001

/** Looked up by this name, exported by no plugin; also the token in
 *  ONNXIFI_BACKEND_EXTENSIONS. The bare name, onnxGetInterface, finds the same
 *  function. */
#define ONNXIFI_GET_INTERFACE_FUNCTION_NAME "onnxGetInterfaceFunction"

/* ---- Status codes ----------------------------------------------------- */

/* How a run ends that the client did not let finish. Only runs of functions of
 * this interface, and waits for them, report these two [R-ext-30]. */

/** The run's cancel event was signalled before the run was complete. */
#define ONNXIFI_STATUS_CANCELLED 0x0501
/** The run was not complete at its deadline. */
#define ONNXIFI_STATUS_DEADLINE_EXCEEDED 0x0502

/* ---- Values ----------------------------------------------------------- */

/** One element of a string tensor: any bytes, UTF-8 by ONNX's rules, not
 *  terminated. data may be NULL when size is 0. This structure never grows. */
typedef struct onnxStringView {
  const char* data;
  size_t size;
} onnxStringView;

/** Dense elements of one type. */
#define ONNXIFI_VALUE_KIND_TENSOR 1
/** Any number of values. */
#define ONNXIFI_VALUE_KIND_SEQUENCE 2
/** No value or one. */
#define ONNXIFI_VALUE_KIND_OPTIONAL 3
/** Exactly two 1-D tensors of equal length: keys, then their values. Keys are
 *  integers of 8 to 64 bits or strings. */
#define ONNXIFI_VALUE_KIND_MAP 4

/** At most so many sequences, optionals and maps lie around a tensor; models
 *  that declare more are refused [R-ext-5]. */
#define ONNXIFI_VALUE_MAX_DEPTH 16

/** An input or output of a run. Whoever fills it owns all memory; it is read
 *  during the call only. Members that a kind does not use are 0 or NULL
 *  [R-ext-6]. Elements of one array all have the same structSize, which is the
 *  distance from one to the next in bytes [R-ext-7]. */
typedef struct onnxValue {
  uint32_t structSize;
  /** One of ONNXIFI_VALUE_KIND_*. */
  uint32_t kind;
  /** Of the input or output; not looked at in elements. */
  const char* name;
  /** Tensors: a value of TensorProto.DataType, 1 to 26; more than
   *  ONNXIFI_DATATYPE_* has. */
  uint32_t dataType;
  /** Tensors: the rank, and as many dimensions; each may be 0. */
  uint32_t dimensions;
  const uint64_t* shape;
  /** Tensors: the elements, row-major, in native byte order, at any alignment.
   *  Types of 2 and 4 bits are packed as TensorProto.raw_data packs them. Strings
   *  are an aligned array of onnxStringView. May be NULL when dataSize is 0. */
  const void* data;
  /** Tensors: exactly the bytes that type and shape need [R-ext-8]. */
  size_t dataSize;
  /** Other kinds: their elements. */
  size_t elementCount;
  const struct onnxValue* elements;
} onnxValue;

/* ---- Capability ------------------------------------------------------- */

/** The backend does not run the node. */
#define ONNXIFI_SUPPORT_NONE 0
/** It runs the node with all the speed it has. */
#define ONNXIFI_SUPPORT_NATIVE 1
/** It runs the node, slower than its speed elsewhere suggests. */
#define ONNXIFI_SUPPORT_EMULATED 2

/** What a backend says of one node. Elements of one array all have the same
 *  structSize, which is the distance from one to the next in bytes. */
typedef struct onnxNodeSupport {
  uint32_t structSize;
  /** One of ONNXIFI_SUPPORT_*. */
  uint32_t support;
  /** SUCCESS, or why not: one of the codes 0x02xx by which
   *  onnxGetBackendCompatibility refuses [R-ext-24]. */
  onnxStatus status;
  /** Nodes of the same group, which is not negative, are run together by this
   *  backend or not at all by it; -1: the node stands for itself. */
  int32_t group;
  /** Why not, UTF-8, for people; NULL: nothing to tell. */
  const char* reason;
  /** Bit i: input i is read in host memory; bit 63 stands for all from there. */
  uint64_t hostInputs;
  /** Estimated nanoseconds of one run of the node on data that lies where the
   *  device wants it, without the start of the graph; -1: not known. */
  int64_t costNs;
  /** Device memory that it needs besides inputs and outputs; -1: not known. */
  int64_t workspaceBytes;
} onnxNodeSupport;

/* ---- Errors ----------------------------------------------------------- */

/** What is known of a failure. The strings live until the next call into the
 *  library on this thread. */
typedef struct onnxErrorInfo {
  uint32_t structSize;
  /** The status of the call or of the run; SUCCESS: nothing has failed. */
  onnxStatus status;
  /** As onnxGetLastErrorFunction gives it; not NULL. */
  const char* text;
  /** The node that failed or is refused, as the model names it; NULL when the
   *  failure is not about one. */
  const char* nodeName;
  /** Its operator, "Conv" or "domain:Name"; NULL with nodeName. */
  const char* operatorName;
} onnxErrorInfo;

/* ---- Options ---------------------------------------------------------- */

/** An option of a graph: UTF-8, terminated. This structure never grows. */
typedef struct onnxOption {
  const char* key;
  const char* value;
} onnxOption;

/** An option that a backend knows. */
typedef struct onnxOptionInfo {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const char* key;
  /** What holds without the option. */
  const char* defaultValue;
  /** What it does and which values it takes, for people. */
  const char* description;
} onnxOptionInfo;

/** Shapes of one input that the client announces. NULL for minimum or maximum:
 *  as typical. This structure never grows. */
typedef struct onnxInputProfile {
  /** Of the input. */
  const char* name;
  uint32_t dimensions;
  uint32_t reserved; /* 0 */
  const uint64_t* minimum;
  const uint64_t* typical;
  const uint64_t* maximum;
} onnxInputProfile;

/** Shapes that come together. Inputs that are not in it have the shape that the
 *  model fixes. This structure never grows. */
typedef struct onnxShapeProfile {
  const onnxInputProfile* inputs;
  uint32_t inputsCount;
  uint32_t reserved; /* 0 */
} onnxShapeProfile;

/* ---- Memory ----------------------------------------------------------- */

/** Memory of allocateMemory and importMemory: `buffer` of a tensor descriptor
 *  is the buffer of the memory plus any offset inside it. Belongs to the backend
 *  that made it, and serves its graphs only. Bit of ONNXIFI_BACKEND_MEMORY_TYPES.
 *  @since 1.1 */
#define ONNXIFI_MEMORY_TYPE_DEVICE 16

/** The host can address the memory at hostPointer. */
#define ONNXIFI_MEMORY_HOST_VISIBLE 1

/** What importMemory takes and exportMemory gives. */
/** A pointer to host memory. */
#define ONNXIFI_EXTERNAL_HOST_POINTER 1
/** A DLManagedTensor of DLPack, dense. Import takes it over and calls its
 *  deleter when the memory is freed; what export gives is the client's, which
 *  calls the deleter before it frees the memory. */
#define ONNXIFI_EXTERNAL_DLPACK 2
/** A CUDA device pointer. */
#define ONNXIFI_EXTERNAL_CUDA_POINTER 3
/** A cl_mem. */
#define ONNXIFI_EXTERNAL_OPENCL_BUFFER 4
/** A file descriptor of a DMA buffer; import duplicates it. */
#define ONNXIFI_EXTERNAL_DMA_BUFFER 5

/** A piece of memory that a tensor descriptor can name. */
typedef struct onnxMemory {
  uint32_t structSize;
  /** ONNXIFI_MEMORY_HOST_VISIBLE or 0. */
  uint32_t flags;
  /** ONNXIFI_MEMORY_TYPE_*: for descriptors. */
  onnxEnum memoryType;
  onnxPointer buffer;
  size_t size;
  /** Not NULL exactly when HOST_VISIBLE. */
  void* hostPointer;
} onnxMemory;

/** One copy of a batch. A buffer of memoryType CPU is a host pointer. This
 *  structure never grows. */
typedef struct onnxMemoryCopy {
  onnxEnum fromType;
  onnxPointer from; /* with its offset */
  onnxEnum toType;
  onnxPointer to; /* with its offset */
  size_t size;
} onnxMemoryCopy;

/** No copy between the two types. */
#define ONNXIFI_COPY_NONE 0
/** The device copies by itself. */
#define ONNXIFI_COPY_DIRECT 1
/** Through other memory, at the cost of a second copy. */
#define ONNXIFI_COPY_STAGED 2

/** How a backend copies. */
typedef struct onnxCopySupport {
  uint32_t structSize;
  /** One of ONNXIFI_COPY_*. */
  uint32_t support;
  /** What any copy costs, in nanoseconds; -1: not known. */
  int64_t latencyNs;
  /** 0: not known. */
  uint64_t bytesPerSecond;
} onnxCopySupport;

/* ---- Exported graphs -------------------------------------------------- */

/** The backend cannot use it: another library, version, or device. */
#define ONNXIFI_EXPORTED_UNUSABLE 0
/** It works, but compiling the model again may give a faster graph. */
#define ONNXIFI_EXPORTED_USABLE 1
/** As good as compiling the model again. */
#define ONNXIFI_EXPORTED_OPTIMAL 2

/* ---- Profiles of runs and statistics ---------------------------------- */

/** A run as a whole, from its start to its end. */
#define ONNXIFI_PROFILE_RUN 1
/** One node, or several that are executed as one. */
#define ONNXIFI_PROFILE_NODE 2
/** A copy between memories. */
#define ONNXIFI_PROFILE_COPY 3
/** A part of the graph on another backend. */
#define ONNXIFI_PROFILE_PART 4

/** Something that took time in a run. Elements of one array all have the same
 *  structSize, which is the distance from one to the next in bytes. */
typedef struct onnxProfileEvent {
  uint32_t structSize;
  /** One of ONNXIFI_PROFILE_*. */
  uint32_t kind;
  /** correlationId of the run. */
  uint64_t correlationId;
  /** CLOCK_MONOTONIC. */
  uint64_t startNs;
  uint64_t durationNs;
  /** The graph, node or part; not NULL. */
  const char* name;
  /** Of a node: its operator, or what the backend made of it; else NULL. */
  const char* operatorName;
} onnxProfileEvent;

/** Bytes that a graph holds. */
typedef struct onnxGraphStatistics {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  /** Weights in the backend's form; -1: not known. */
  int64_t weightBytes;
  /** Memory between runs for activations and scratch, over all planned shapes;
   *  -1: not known. */
  int64_t workspaceBytes;
  /** Plans for input shapes that are kept. */
  uint64_t plans;
  /** Runs that ended well, and the others. */
  uint64_t runsCompleted;
  uint64_t runsFailed;
} onnxGraphStatistics;

/* ---- Callbacks -------------------------------------------------------- */

/* None of them may throw. */

/** Told of the end of a run of startRun, exactly once, after its event (if it
 *  has one) is signalled [R-ext-31]. Any thread; it may call the library, but
 *  holds a thread of it: it must not wait for a run. */
typedef void(ONNXIFI_ABI* onnxRunDoneCallback)(void* context,
                                               uint64_t correlationId,
                                               onnxStatus status);

/** Gives memory for one output whose shape is now known.
 *  @param value  the output, with data == NULL
 *  @param data   receives at least value->dataSize bytes of host memory, or NULL
 *                when dataSize is 0
 *  @return SUCCESS to go on; any other code ends the run */
typedef onnxStatus(ONNXIFI_ABI* onnxAllocateOutputCallback)(
    void* context, uint32_t index, const onnxValue* value, void** data);

/** Takes the profile of a run, once, before its end is told; of one that has
 *  not begun there is none. `events` is valid until the function returns. Any
 *  thread; it must not call the library. */
typedef void(ONNXIFI_ABI* onnxProfileCallback)(void* context, uint32_t count,
                                               const onnxProfileEvent* events);

/** Takes the options of a backend, once; valid until it returns. Elements of
 *  the array all have the same structSize, which is the distance. */
typedef onnxStatus(ONNXIFI_ABI* onnxReceiveOptionsCallback)(
    void* context, uint32_t count, const onnxOptionInfo* options);

/** Takes bytes, once; valid until it returns. */
typedef onnxStatus(ONNXIFI_ABI* onnxReceiveBytesCallback)(void* context,
                                                          const void* bytes,
                                                          size_t size);

/* ---- Arguments -------------------------------------------------------- */

/** Arguments of checkModel. */
typedef struct onnxCheckModelArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxBackendID backendID;
  const void* onnxModel;
  size_t onnxModelSize;
} onnxCheckModelArguments;

/** Arguments of initGraph. */
typedef struct onnxInitGraphArguments {
  uint32_t structSize;
  uint32_t weightsCount;
  const void* next;
  onnxBackend backend;
  const uint64_t* auxPropertiesList;
  const void* onnxModel;
  size_t onnxModelSize;
  const onnxTensorDescriptorV1* weightDescriptors;
  /** Receives the handle. */
  onnxGraph* graph;
  /** Bits of ONNXIFI_INIT_*. */
  uint64_t flags;
  /** Directory of the model's external data; NULL: such data comes as weight
   *  descriptors, or the model has none. */
  const char* externalDataDirectory;
  const onnxOption* options;
  uint32_t optionsCount;
  uint32_t profilesCount;
  const onnxShapeProfile* profiles;
} onnxInitGraphArguments;

/** The model's bytes and the weights stay where they are, unchanged, until the
 *  graph and its contexts are released: the backend may use them in place. */
#define ONNXIFI_INIT_KEEPS_WEIGHTS 1

/** Takes one output of runValues. `value` and everything that it refers to is
 *  valid until the function returns. It may call any function of this interface,
 *  and must not throw.
 *  @param context  receiveContext of the call
 *  @param index    of the output, in the order of the model
 *  @return SUCCESS to go on; any other code ends the call */
typedef onnxStatus(ONNXIFI_ABI* onnxReceiveValueCallback)(
    void* context, uint32_t index, const onnxValue* value);

/** Arguments of runValues. */
typedef struct onnxRunValuesArguments {
  uint32_t structSize;
  uint32_t inputsCount;
  const void* next;
  onnxGraph graph;
  const onnxValue* inputs;
  onnxReceiveValueCallback receive;
  void* receiveContext;
  /** NULL: the library has memory for the outputs. */
  onnxAllocateOutputCallback allocate;
  void* allocateContext;
  /** As in onnxStartRunArguments. */
  uint64_t deadlineNs;
  onnxEvent cancelEvent;
  uint64_t correlationId;
  onnxProfileCallback profile;
  void* profileContext;
} onnxRunValuesArguments;

/** Takes the answer of queryGraph. `nodes` is valid until the function returns,
 *  which must not throw.
 *  @param context  receiveContext of the call
 *  @param count    the number of nodes of the model's graph
 *  @param nodes    in the order of the model
 *  @return SUCCESS, or the status that the call is to end with */
typedef onnxStatus(ONNXIFI_ABI* onnxReceiveSupportCallback)(
    void* context, uint32_t count, const onnxNodeSupport* nodes);

/** Arguments of queryGraph. */
typedef struct onnxQueryGraphArguments {
  uint32_t structSize;
  uint32_t weightsCount;
  const void* next;
  onnxBackendID backendID;
  const void* onnxModel;
  size_t onnxModelSize;
  /** As for initGraph: constants of a model without initializers. */
  const onnxTensorDescriptorV1* weightDescriptors;
  onnxReceiveSupportCallback receive;
  void* receiveContext;
} onnxQueryGraphArguments;

/** Arguments of getError. */
typedef struct onnxGetErrorArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxBackendID backendID;
  /** The output event of a run; NULL: the last failing call of this thread. */
  onnxEvent event;
  /** Filled up to its structSize. */
  onnxErrorInfo* error;
} onnxGetErrorArguments;

/** Arguments of describeOptions. */
typedef struct onnxDescribeOptionsArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxBackendID backendID;
  onnxReceiveOptionsCallback receive;
  void* receiveContext;
} onnxDescribeOptionsArguments;

/** Arguments of createContext. */
typedef struct onnxCreateContextArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxGraph graph;
  /** Receives the handle. */
  onnxGraph* context;
} onnxCreateContextArguments;

/** Arguments of startRun. */
typedef struct onnxStartRunArguments {
  uint32_t structSize;
  uint32_t waitCount;
  const void* next;
  onnxGraph graph;
  /** Events that the run waits for, in any number. */
  const onnxEvent* waitEvents;
  uint32_t inputsCount;
  uint32_t outputsCount;
  /** Bound for this run only. All four 0 or NULL: the binding of
   *  onnxSetGraphIO. */
  const onnxTensorDescriptorV1* inputDescriptors;
  const onnxTensorDescriptorV1* outputDescriptors;
  /** On CLOCK_MONOTONIC; 0: none. */
  uint64_t deadlineNs;
  /** Signalling it cancels the run; NULL: nothing does. */
  onnxEvent cancelEvent;
  /** The client's, for callbacks. */
  uint64_t correlationId;
  onnxRunDoneCallback done;
  void* doneContext;
  onnxProfileCallback profile;
  void* profileContext;
  /** Receives an event, which the client releases; NULL: it wants none, which
   *  needs `done`. */
  onnxEvent* event;
} onnxStartRunArguments;

/** Arguments of allocateMemory. */
typedef struct onnxAllocateMemoryArguments {
  uint32_t structSize;
  /** ONNXIFI_MEMORY_HOST_VISIBLE: it has to be; 0: whatever is fastest. */
  uint32_t flags;
  const void* next;
  onnxBackend backend;
  size_t size;
  /** Of the buffer: 0 (the backend's choice) or a power of two up to 4096. */
  size_t alignment;
  onnxMemory* memory;
} onnxAllocateMemoryArguments;

/** Arguments of freeMemory. */
typedef struct onnxFreeMemoryArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxBackend backend;
  onnxEnum memoryType;
  onnxPointer buffer;
} onnxFreeMemoryArguments;

/** Arguments of importMemory. */
typedef struct onnxImportMemoryArguments {
  uint32_t structSize;
  /** One of ONNXIFI_EXTERNAL_*. */
  uint32_t kind;
  const void* next;
  onnxBackend backend;
  /** The pointer, the object, or the file descriptor as a number. */
  onnxPointer external;
  /** Bytes; not looked at for DLPACK. */
  size_t size;
  onnxMemory* memory;
} onnxImportMemoryArguments;

/** Arguments of exportMemory. */
typedef struct onnxExportMemoryArguments {
  uint32_t structSize;
  /** One of ONNXIFI_EXTERNAL_*. */
  uint32_t kind;
  const void* next;
  onnxBackend backend;
  onnxEnum memoryType;
  onnxPointer buffer;
  onnxPointer* external;
} onnxExportMemoryArguments;

/** Arguments of copyMemory. */
typedef struct onnxCopyMemoryArguments {
  uint32_t structSize;
  uint32_t waitCount;
  const void* next;
  onnxBackend backend;
  const onnxEvent* waitEvents;
  const onnxMemoryCopy* copies;
  uint32_t copiesCount;
  uint32_t reserved; /* 0 */
  /** Receives an event, which the client releases; NULL: the call waits. */
  onnxEvent* event;
} onnxCopyMemoryArguments;

/** Arguments of queryCopy. */
typedef struct onnxQueryCopyArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxBackendID backendID;
  onnxEnum fromType;
  onnxEnum toType;
  /** Filled up to its structSize. */
  onnxCopySupport* support;
} onnxQueryCopyArguments;

/** Arguments of exportGraph. */
typedef struct onnxExportGraphArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxGraph graph;
  onnxReceiveBytesCallback receive;
  void* receiveContext;
} onnxExportGraphArguments;

/** Arguments of checkExported. */
typedef struct onnxCheckExportedArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxBackendID backendID;
  const void* exported;
  size_t exportedSize;
  /** Receives one of ONNXIFI_EXPORTED_*. */
  uint32_t* verdict;
} onnxCheckExportedArguments;

/** Arguments of importGraph. */
typedef struct onnxImportGraphArguments {
  uint32_t structSize;
  uint32_t optionsCount;
  const void* next;
  onnxBackend backend;
  const void* exported;
  size_t exportedSize;
  const onnxOption* options;
  /** Receives the handle. */
  onnxGraph* graph;
} onnxImportGraphArguments;

/** Arguments of getStatistics. */
typedef struct onnxGetStatisticsArguments {
  uint32_t structSize;
  uint32_t reserved; /* 0 */
  const void* next;
  onnxGraph graph;
  /** Filled up to its structSize. */
  onnxGraphStatistics* statistics;
} onnxGetStatisticsArguments;

/* ---- The functions ---------------------------------------------------- */

/** Tells whether the backend can run a model.
 *  Effect     As onnxGetBackendCompatibility, and inputs and outputs may be
 *             anything that onnxValue carries [R-ext-9]: strings, every number
 *             type, sequences, optionals, maps. The functions of 1.0 go on
 *             refusing such models [R-ext-10].
 *  Ownership  arguments are read during the call. Threading  any thread.
 *  Blocking   may work for long. On error  nothing changes.
 *  @retval ...                   the codes of onnxGetBackendCompatibility, and:
 *  @retval INVALID_POINTER       arguments == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxCheckModelCall)(
    const onnxCheckModelArguments* arguments);

/** Compiles a model for a backend.
 *  Effect     As onnxInitGraph, for all models that checkModel accepts
 *             [R-ext-11]. The handle is a graph like any other; onnxSetGraphIO
 *             refuses it, with UNSUPPORTED_DATATYPE, when descriptors cannot
 *             carry its inputs or outputs [R-ext-12]. Weight descriptors may
 *             also name initializers whose data is external, and then give it
 *             [R-ext-32]. An option of which the backend knows nothing ends the
 *             call [R-ext-33]; the later of two with one key counts. Plans for
 *             the typical shapes of profiles are made here, and inputs outside
 *             of all profiles, when there are any, are refused where they are
 *             bound [R-ext-34].
 *  Ownership  as in onnxInitGraph; with KEEPS_WEIGHTS the model and the weights
 *             are read until the graph and all its contexts are released.
 *  Threading  backend threads.
 *  Blocking   as in onnxInitGraph.
 *  On error   *graph is NULL when the arguments could be read.
 *  @retval ...                   the codes of onnxInitGraph, and:
 *  @retval INVALID_POINTER       arguments == NULL; an array, a key, a value or
 *                                a typical shape == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval INVALID_PROPERTY      an option has a value that is none of its own;
 *                                unknown flags
 *  @retval INVALID_NAME          a profile's input is unknown or there twice
 *  @retval INVALID_SHAPE         a profile's shape has 0s, or is not between its
 *                                minimum and maximum
 *  @retval MISMATCHING_SHAPE     a profile contradicts the model
 *  @retval UNSUPPORTED_PROPERTY  unknown option; next is not NULL [R-ext-4]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxInitGraphCall)(
    const onnxInitGraphArguments* arguments);

/** Runs a graph on values and waits for the end.
 *  Effect     Inputs are matched by name, in any order, each exactly once, and
 *             must be what the model declares [R-ext-13]. When the run has
 *             succeeded, each output goes to `receive` once, in the order of the
 *             model, on the calling thread [R-ext-14]; so the shapes of outputs
 *             need not be known before. Works for every graph, also one of
 *             onnxInitGraph [R-ext-15]. Outputs declared optional arrive as
 *             OPTIONAL. Neither uses nor changes the binding of onnxSetGraphIO
 *             [R-ext-16]. Runs of one graph, of all kinds, are executed one at a
 *             time [R-ext-17]; onnxReleaseGraph waits for the call, except when
 *             it is called inside `receive` [R-ext-18]. With `allocate`, each
 *             output that is a dense tensor of no strings is made in the memory
 *             that it gives, on the calling thread, and that is what `receive`
 *             then gets [R-ext-35]. Deadline, cancelling and profile: as in
 *             startRun.
 *  Ownership  values are read during the call. Threading  backend threads.
 *  Blocking   until the run is complete and received.
 *  On error   no output is received, unless `receive` itself ended the call
 *             [R-ext-19] [R-ext-20].
 *  @retval SUCCESS                  all outputs received
 *  @retval INVALID_GRAPH            not a live graph
 *  @retval INVALID_POINTER          arguments or receive == NULL, inputs == NULL
 *                                   && inputsCount > 0, elements == NULL &&
 *                                   elementCount > 0, or one of the two not
 *                                   aligned
 *  @retval INVALID_SIZE             a structSize too small [R-ext-3] or not equal
 *                                   in an array [R-ext-7]; dataSize not what type
 *                                   and shape need [R-ext-8]; a member set that
 *                                   the kind does not use [R-ext-6]; a wrong
 *                                   number of elements
 *  @retval INVALID_NAME             name NULL, unknown or twice [R-ext-13]
 *  @retval INVALID_SHAPE            shape == NULL && dimensions > 0; tensors of a
 *                                   map that are not 1-D and equally long
 *  @retval INVALID_DATATYPE         unknown kind or data type
 *  @retval INVALID_MEMORY_LOCATION  data == NULL && dataSize > 0, also of a string
 *  @retval UNSUPPORTED_SHAPE        rank, dimension or number of values beyond the
 *                                   limits
 *  @retval UNSUPPORTED_PROPERTY     next is not NULL [R-ext-4]
 *  @retval UNIDENTIFIED_NAME        an input is missing [R-ext-13]
 *  @retval MISMATCHING_SHAPE        as in onnxSetGraphIO, or found by the run
 *  @retval MISMATCHING_DATATYPE     kind or type differs from the model
 *  @retval NO_SYSTEM_MEMORY         no host memory
 *  @retval BACKEND_UNAVAILABLE      device gone
 *  @retval INVALID_EVENT            cancelEvent is not a live event
 *  @retval CANCELLED, DEADLINE_EXCEEDED  the client's wish
 *  @retval ...                      0x02xx to 0x04xx: why the run failed; or what
 *                                   `receive` or `allocate` returned [R-ext-20]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxRunValuesCall)(
    const onnxRunValuesArguments* arguments);

/** Asks of every node of a model whether the backend would run it, and how.
 *  Effect     `receive` is called once, on the calling thread, with one element
 *             for each node of the model's graph, in its order [R-ext-25]: all
 *             refusals at once. A node with bodies, or a call of a function of
 *             the model, is answered as a whole [R-ext-26]. initGraph refuses a
 *             model for what it holds when one of its nodes is not supported,
 *             and only then [R-ext-27]; inputs and outputs may be anything that
 *             onnxValue carries. Of a model that the backend cannot read, one of
 *             a newer operator set for example, every node is refused
 *             [R-ext-28].
 *  Ownership  arguments are read during the call. Threading  any thread.
 *  Blocking   may work for long; compiles nothing.
 *  On error   `receive` is not called, unless it itself ended the call.
 *  @retval SUCCESS               received; also when no node is supported
 *  @retval ...                   the codes of onnxInitGraph for a model that is
 *                                valid nowhere, or for weights, and:
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_POINTER       arguments or receive == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @retval ...                   what `receive` returned
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxQueryGraphCall)(
    const onnxQueryGraphArguments* arguments);

/** Tells what is known of a failure.
 *  Effect     Of the last failing call of this thread, or of the run behind an
 *             output event, from any thread [R-ext-36]. Nothing has failed: status
 *             SUCCESS and an empty text, also while the run goes on. The call
 *             itself changes nothing of that [R-ext-37].
 *  Ownership  see onnxErrorInfo. Threading  any thread. Blocking  never.
 *  On error   *error is unchanged.
 *  @retval SUCCESS               *error is filled
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_EVENT         not a live event
 *  @retval INVALID_POINTER       arguments or error == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxGetErrorCall)(
    const onnxGetErrorArguments* arguments);

/** Tells the options that initGraph of a backend knows.
 *  Effect     `receive` is called once, on the calling thread, with every option
 *             [R-ext-38]; there may be none.
 *  Threading  any thread. Blocking  never. On error  `receive` is not called,
 *             unless it itself ended the call.
 *  @retval SUCCESS               received
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_POINTER       arguments or receive == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @retval ...                   what `receive` returned
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxDescribeOptionsCall)(
    const onnxDescribeOptionsArguments* arguments);

/** Makes another handle on a compiled graph, with a binding and a queue of its
 *  own: the runs of different contexts need not wait for each other.
 *  Effect     A context is a graph for every function that takes one, shares the
 *             weights with its graph, and has its own memory for a run
 *             [R-ext-39]. Runs of contexts overlap in time when the backend can
 *             [R-ext-40]. Graph and contexts are released by onnxReleaseGraph in
 *             any order [R-ext-41]; they do not count for MAX_GRAPH_COUNT.
 *  Threading  backend threads. Blocking  never for a run.
 *  On error   *context is NULL when the arguments could be read.
 *  @retval SUCCESS               handle stored
 *  @retval INVALID_GRAPH         not a live graph
 *  @retval INVALID_POINTER       arguments or context == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @retval NO_SYSTEM_MEMORY, NO_DEVICE_MEMORY, NO_DEVICE_RESOURCES
 *                                no room for what a context needs
 *  @retval BACKEND_UNAVAILABLE   device gone
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxCreateContextCall)(
    const onnxCreateContextArguments* arguments);

/** Accepts a run.
 *  Effect     As onnxRunGraph behind all wait events; with descriptors, as
 *             onnxSetGraphIO for this run only: the binding of the graph is
 *             neither used nor changed [R-ext-42]. The run begins when all wait
 *             events are signalled, and fails with INTERNAL_ERROR when one of
 *             them belongs to a run that failed [R-ext-43]. When the cancel event
 *             is signalled or the deadline passes before the run is complete, it
 *             ends with CANCELLED or DEADLINE_EXCEEDED: at once when it has not
 *             begun, else at the next node [R-ext-44]; its outputs are then
 *             undefined. A deadline that has passed is no error of the call. A
 *             run that is done is done: cancelling it changes nothing.
 *  Ownership  as in onnxSetGraphIO and onnxRunGraph. The caller keeps the wait
 *             events and the cancel event alive until the run is complete; one
 *             that is released unsignalled ends the run as in onnxRunGraph, a
 *             released cancel event cancels nothing any more.
 *  Threading  backend threads. Blocking  does not wait for the run.
 *  On error   no run, *event is NULL, `done` and `profile` are not called.
 *  @retval SUCCESS               accepted
 *  @retval INVALID_GRAPH         not a live graph
 *  @retval INVALID_EVENT         a wait event or the cancel event is not live
 *  @retval INVALID_POINTER       arguments == NULL; event and done == NULL;
 *                                waitEvents == NULL && waitCount > 0
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @retval ...                   the codes of onnxSetGraphIO and onnxRunGraph
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxStartRunCall)(
    const onnxStartRunArguments* arguments);

/** Allocates memory that the backend's graphs read and write without a copy.
 *  Effect     The memory has `size` bytes of any content. Its type, buffer and
 *             offsets inside it are good for descriptors of inputs and outputs of
 *             graphs of this backend [R-ext-45].
 *  Ownership  the client frees it by freeMemory, before the backend is released,
 *             when no run uses it. Threading  backend threads.
 *  Blocking   may work for long. On error  *memory is unchanged.
 *  @retval SUCCESS               *memory is filled up to its structSize
 *  @retval INVALID_BACKEND       not a live backend
 *  @retval INVALID_POINTER       arguments or memory == NULL
 *  @retval INVALID_SIZE          size == 0; alignment no power of two or too
 *                                large; structSize too small [R-ext-3]
 *  @retval INVALID_PROPERTY      unknown flags
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @retval UNSUPPORTED_MEMORY_TYPE  the device has none, or none HOST_VISIBLE
 *  @retval NO_SYSTEM_MEMORY, NO_DEVICE_MEMORY  no room: free some, try again
 *  @retval BACKEND_UNAVAILABLE   device gone
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxAllocateMemoryCall)(
    const onnxAllocateMemoryArguments* arguments);

/** Frees memory of allocateMemory or gives back what importMemory took.
 *  Effect     The buffer is of no use any more [R-ext-46].
 *  Threading  backend threads. Blocking  may wait for the device.
 *  On error   nothing is freed.
 *  @retval SUCCESS                  freed
 *  @retval INVALID_BACKEND          not a live backend
 *  @retval INVALID_MEMORY_LOCATION  not the buffer of a live memory of this
 *                                   backend and type
 *  @retval INVALID_POINTER, INVALID_SIZE, UNSUPPORTED_PROPERTY  as above
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxFreeMemoryCall)(
    const onnxFreeMemoryArguments* arguments);

/** Makes memory of somebody else usable, without a copy.
 *  Effect     As allocateMemory, for memory that exists [R-ext-47].
 *  Ownership  the external memory stays valid until freeMemory, which does not
 *             free it; see ONNXIFI_EXTERNAL_DLPACK for the exception.
 *  Threading  backend threads. Blocking  may wait for the device.
 *  On error   *memory is unchanged, a DLManagedTensor stays the client's.
 *  @retval SUCCESS                  *memory is filled up to its structSize
 *  @retval INVALID_BACKEND          not a live backend
 *  @retval INVALID_MEMORY_TYPE      unknown kind
 *  @retval UNSUPPORTED_MEMORY_TYPE  known kind, not offered; a DLPack tensor
 *                                   of another device
 *  @retval INVALID_MEMORY_LOCATION  external is 0 or cannot be used
 *  @retval INVALID_SHAPE            a DLPack tensor that is not dense
 *  @retval INVALID_POINTER, INVALID_SIZE, UNSUPPORTED_PROPERTY  as above
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxImportMemoryCall)(
    const onnxImportMemoryArguments* arguments);

/** Gives memory of allocateMemory in a form that others understand.
 *  Effect     *external names the same memory [R-ext-48].
 *  Ownership  the memory stays valid while it is used. A DLManagedTensor is 1-D,
 *             of bytes, and the client's to delete; a file descriptor is the
 *             client's to close.
 *  Threading  backend threads. Blocking  may wait for the device.
 *  On error   *external is unchanged.
 *  @retval SUCCESS                  *external stored
 *  @retval INVALID_BACKEND          not a live backend
 *  @retval INVALID_MEMORY_TYPE      unknown kind
 *  @retval UNSUPPORTED_MEMORY_TYPE  known kind, not offered
 *  @retval INVALID_MEMORY_LOCATION  not the buffer of a live memory
 *  @retval INVALID_POINTER, INVALID_SIZE, UNSUPPORTED_PROPERTY  as above
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxExportMemoryCall)(
    const onnxExportMemoryArguments* arguments);

/** Copies between memories, in the order of the batch.
 *  Effect     Copies begin when all wait events are signalled; they and the
 *             event behave as a run of startRun does [R-ext-49]. Ranges of memory
 *             of this backend are checked against its bounds [R-ext-50].
 *  Ownership  `copies` is read during the call; the memories stay valid until the
 *             end. Threading  backend threads.
 *  Blocking   only without `event`. On error  nothing is copied, *event is NULL.
 *  @retval SUCCESS                  accepted, or done
 *  @retval INVALID_BACKEND          not a live backend
 *  @retval INVALID_EVENT            a wait event is not live
 *  @retval INVALID_MEMORY_TYPE      unknown type
 *  @retval UNSUPPORTED_MEMORY_TYPE  COPY_NONE between these types
 *  @retval INVALID_MEMORY_LOCATION  a range outside of a live memory, or NULL
 *  @retval INVALID_POINTER          arguments == NULL; an array == NULL
 *  @retval INVALID_SIZE, UNSUPPORTED_PROPERTY  as above
 *  @retval BACKEND_UNAVAILABLE      device gone
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxCopyMemoryCall)(
    const onnxCopyMemoryArguments* arguments);

/** Tells whether and how a backend copies from one type of memory to another.
 *  Effect     *support is filled; the same answer each time [R-ext-51].
 *  Threading  any thread. Blocking  never. On error  *support is unchanged.
 *  @retval SUCCESS               also for COPY_NONE
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_MEMORY_TYPE   unknown type
 *  @retval INVALID_POINTER       arguments or support == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxQueryCopyCall)(
    const onnxQueryCopyArguments* arguments);

/** Gives a compiled graph as bytes for importGraph.
 *  Effect     `receive` is called once, on the calling thread [R-ext-52].
 *  Threading  backend threads. Blocking  may work for long.
 *  On error   `receive` is not called, unless it itself ended the call.
 *  @retval SUCCESS               received
 *  @retval INVALID_GRAPH         not a live graph
 *  @retval INVALID_STATE         the graph was not made to be exported; the text
 *                                says which option does
 *  @retval INVALID_POINTER       arguments or receive == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @retval ...                   what `receive` returned
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxExportGraphCall)(
    const onnxExportGraphArguments* arguments);

/** Judges an exported graph without loading it.
 *  Effect     *verdict is UNUSABLE for bytes that are damaged or another
 *             library's [R-ext-53].
 *  Threading  any thread. Blocking  reads the bytes once. On error  unchanged.
 *  @retval SUCCESS               *verdict stored
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_POINTER       arguments or exported or verdict == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxCheckExportedCall)(
    const onnxCheckExportedArguments* arguments);

/** Makes a graph from what exportGraph gave.
 *  Effect     The graph computes what the exported one did [R-ext-54]. The bytes
 *             are trusted no more than a model [R-ext-55].
 *  Ownership  as in onnxInitGraph. Threading  backend threads.
 *  Blocking   as in onnxInitGraph, for less time.
 *  On error   *graph is NULL when the arguments could be read.
 *  @retval SUCCESS               handle stored
 *  @retval INVALID_BACKEND       not a live backend
 *  @retval INVALID_MODEL         checkExported would say UNUSABLE
 *  @retval ...                   the codes of initGraph
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxImportGraphCall)(
    const onnxImportGraphArguments* arguments);

/** Tells what a graph holds and how its runs went.
 *  Effect     Of a context: its own runs and plans [R-ext-56].
 *  Threading  any thread. Blocking  never for a run. On error  unchanged.
 *  @retval SUCCESS               *statistics is filled up to its structSize
 *  @retval INVALID_GRAPH         not a live graph
 *  @retval INVALID_POINTER       arguments or statistics == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxGetStatisticsCall)(
    const onnxGetStatisticsArguments* arguments);

/** What a plugin offers. Constant; a host reads the members inside structSize
 *  and takes NULL for "not offered". */
typedef struct onnxPluginInterface {
  uint32_t structSize;
  /** The version that was agreed on. */
  uint32_t version;
  onnxCheckModelCall checkModel;
  onnxInitGraphCall initGraph;
  onnxRunValuesCall runValues;
  onnxQueryGraphCall queryGraph;
  onnxGetErrorCall getError;
  onnxDescribeOptionsCall describeOptions;
  onnxCreateContextCall createContext;
  onnxStartRunCall startRun;
  onnxAllocateMemoryCall allocateMemory;
  onnxFreeMemoryCall freeMemory;
  onnxImportMemoryCall importMemory;
  onnxExportMemoryCall exportMemory;
  onnxCopyMemoryCall copyMemory;
  onnxQueryCopyCall queryCopy;
  onnxExportGraphCall exportGraph;
  onnxCheckExportedCall checkExported;
  onnxImportGraphCall importGraph;
  onnxGetStatisticsCall getStatistics;
} onnxPluginInterface;

/** Takes one line for people, without line end. Called from any thread, never
 *  from two at once; must not call the library.
 *  @param level  one of ONNXIFI_LOG_LEVEL_* */
typedef void(ONNXIFI_ABI* onnxLogCallback)(void* context, uint32_t level,
                                           const char* text);

/** Takes a failure; `error` is valid until the function returns. Called from any
 *  thread, also from several at once; must not call the library. */
typedef void(ONNXIFI_ABI* onnxErrorCallback)(void* context,
                                             const onnxErrorInfo* error);

/** What a host offers. Read during the call only. */
typedef struct onnxHostInterface {
  uint32_t structSize;
  /** Versions of the interface that the host can use. */
  uint32_t minVersion;
  uint32_t maxVersion;
  uint32_t reserved; /* 0 */
  /** Receives what the library would write to standard error, from now on and
   *  for all clients [R-ext-21]; stays callable until the process ends or another
   *  host gives its own. NULL: nothing changes. */
  onnxLogCallback log;
  void* logContext;
  /** Receives every failure of a call or a run, for all clients, from now on;
   *  as `log` otherwise [R-ext-57]. NULL: nothing changes. */
  onnxErrorCallback error;
  void* errorContext;
  /** Receives the profile of every run that has none of its own [R-ext-58]. NULL:
   *  nothing changes. */
  onnxProfileCallback trace;
  void* traceContext;
} onnxHostInterface;

/** Agrees on a version and exchanges tables.
 *  Effect     *plugin is the table of the highest version that lies in the
 *             host's range and in the library's [R-ext-22]; the same address for
 *             the same backend and version each time [R-ext-23].
 *  Ownership  the table is the library's and valid while it is loaded; it serves
 *             objects of this backend ID only.
 *  Threading  any thread. Blocking  never. On error  *plugin is NULL.
 *  @retval SUCCESS              table stored
 *  @retval INVALID_ID           not a live ID
 *  @retval INVALID_POINTER      host or plugin == NULL
 *  @retval INVALID_SIZE         host->structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_VERSION  no version in common, or minVersion > maxVersion
 *                               [R-ext-22]
 *  @retval BACKEND_UNAVAILABLE  device gone
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxGetInterfaceFunction)(
    onnxBackendID backendID, const onnxHostInterface* host,
    const onnxPluginInterface** plugin);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ONNXIFI_INTERFACE_H */
