/* SPDX-License-Identifier: Apache-2.0 */
/** @file onnxifi_ext.h
 *  What goes beyond the 15 core functions of ONNXIFI 1.0.
 *
 *  Part 1 is the 1.0 extension header: a lookup by name and a combined bind and
 *  run. Parts 2 and 3 are additive interface 1.1; nothing in them changes part 1
 *  or the core. Part 2 is single functions, part 3 a table of functions and the
 *  values that descriptors of 1.0 cannot carry. A client finds out at run time
 *  what a backend offers: it looks for the token in ONNXIFI_BACKEND_EXTENSIONS,
 *  or asks onnxGetExtensionFunctionAddress and takes UNIDENTIFIED_NAME for "no".
 *  The conventions of onnxifi.h hold.
 */
#ifndef ONNXIFI_EXT_H
#define ONNXIFI_EXT_H 1

#include "onnxifi/onnxifi.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ==== Part 1: the 1.0 extension functions =============================== */

/** Any extension function; cast to its real type before the call. */
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxExtensionFunctionPointer)(void);

/** Finds an extension function of a backend by name.
 *  Effect     Token in ONNXIFI_BACKEND_EXTENSIONS: onnx_extension_function
 *             . Names are exact; a function answers to its bare name and
 *             to the name of its pointer type (bare name + "Function") with the
 *             same address.
 *  Ownership  the address stays valid while the library is loaded and serves
 *             objects of this backend ID only.
 *  Threading  any thread. Blocking  never. On error  *function is NULL.
 *  @retval SUCCESS              address stored
 *  @retval INVALID_ID           not a live ID
 *  @retval INVALID_POINTER      name or function == NULL
 *  @retval UNIDENTIFIED_NAME    no such function
 *  @retval BACKEND_UNAVAILABLE  device gone
 *  @since 1.0 (extension) */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxGetExtensionFunctionAddress(onnxBackendID backendID, const char* name,
                                onnxExtensionFunctionPointer* function);

/** Binds memory and accepts a run in one indivisible step.
 *  Effect     As onnxSetGraphIO and then onnxRunGraph with an input fence that
 *             is already signalled: inputs must be valid now. Pairs from
 *             several threads do not mix. The binding stays.
 *             Token: onnxSetIOAndRunGraphFunction.
 *  Ownership  as in those two functions. Threading  backend threads.
 *  Blocking   does not wait for the run.
 *  On error   no run, *outputFence unchanged, no binding.
 *  @retval ...                     the codes of onnxSetGraphIO, and:
 *  @retval INVALID_POINTER         outputFence == NULL
 *  @retval UNSUPPORTED_TAG         fence tag wrong
 *  @retval INVALID_FENCE_TYPE      unknown fence type
 *  @retval UNSUPPORTED_FENCE_TYPE  known fence type, not offered
 *  @since 1.0 (extension) */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxSetIOAndRunGraph(onnxGraph graph, uint32_t inputsCount,
                     const onnxTensorDescriptorV1* inputDescriptors,
                     uint32_t outputsCount,
                     const onnxTensorDescriptorV1* outputDescriptors,
                     onnxMemoryFenceV1* outputFence);

typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxGetExtensionFunctionAddressFunction)(
    onnxBackendID backendID, const char* name,
    onnxExtensionFunctionPointer* function);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxSetIOAndRunGraphFunction)(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors,
    onnxMemoryFenceV1* outputFence);

/* ==== Part 2: interface 1.1 ============================================= */

/** Text of the last failure. Looked up by this name, exported by no plugin;
 *  also the token in ONNXIFI_BACKEND_EXTENSIONS. */
#define ONNXIFI_GET_LAST_ERROR_FUNCTION_NAME "onnxGetLastErrorFunction"

/** Copies the text of the last failing call into this plugin on this thread.
 *  Effect     UTF-8: what failed, why, how to fix it, naming the node or tensor.
 *             For a wait that reports a failed run: why the run failed. Empty
 *             (size 1) when no call has failed on this thread. Successful calls
 *             do not clear it; calling this function changes nothing [R-ext-1].
 *             text NULL or too small: FALLBACK and the size [R-ext-2].
 *  Ownership  the caller's buffer is written during the call.
 *  Threading  any thread; each has its own text. Blocking  never.
 *  On error   *size is unchanged.
 *  @param text  room for *size bytes, or NULL
 *  @param size  in: capacity; out: exact size with the NUL
 *  @retval SUCCESS          text and size stored
 *  @retval FALLBACK         only the size stored
 *  @retval INVALID_POINTER  size == NULL
 *  @since 1.1 */
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxGetLastErrorFunction)(
    char* text, size_t* size);

/** Key of onnxInitBackend. Value 0 (default): strict. Value 1: tolerant, for
 *  clients and test data that break rules of 1.0:
 *   L-1  descriptors whose names are NULL, empty, unknown or repeated are bound
 *        by position when count, types and shapes fit;
 *   L-2  weight descriptors are not read when the model has initializers;
 *   L-3  dimensions may be 0, the buffer of such a tensor too;
 *   L-4  SUCCESS is reported instead of FALLBACK.
 *  Other values: INVALID_PROPERTY. A backend without it: UNSUPPORTED_PROPERTY.
 *  @since 1.1 */
#define ONNXIFI_BACKEND_PROPERTY_TOLERANT 0x0000000100000001

/* ==== Part 3: the table of interface 1.1 ================================ */

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
} onnxInitGraphArguments;

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
 *             carry its inputs or outputs [R-ext-12].
 *  Ownership  as in onnxInitGraph. Threading  backend threads.
 *  Blocking   as in onnxInitGraph.
 *  On error   *graph is NULL when the arguments could be read.
 *  @retval ...                   the codes of onnxInitGraph, and:
 *  @retval INVALID_POINTER       arguments == NULL
 *  @retval INVALID_SIZE          structSize too small [R-ext-3]
 *  @retval UNSUPPORTED_PROPERTY  next is not NULL [R-ext-4]
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
 *             [R-ext-16]. Runs of one graph, of both kinds, are executed one at a
 *             time [R-ext-17]; onnxReleaseGraph waits for the call, except when
 *             it is called inside `receive` [R-ext-18].
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
 *  @retval ...                      0x02xx to 0x04xx: why the run failed; or what
 *                                   `receive` returned [R-ext-20]
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
} onnxPluginInterface;

/** Takes one line for people, without line end. Called from any thread, never
 *  from two at once; must not call the library.
 *  @param level  one of ONNXIFI_LOG_LEVEL_* */
typedef void(ONNXIFI_ABI* onnxLogCallback)(void* context, uint32_t level,
                                           const char* text);

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

#endif /* ONNXIFI_EXT_H */
