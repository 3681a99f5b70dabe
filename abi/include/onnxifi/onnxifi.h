/* SPDX-License-Identifier: Apache-2.0 */
/** @file onnxifi.h
 *  ONNXIFI 1.0: the C interface between frameworks and accelerators that run
 *  ONNX models. Names, values and memory layouts are frozen; what is not in
 *  this header or in onnxifi_ext.h is not part of the interface.
 *
 *  ---------------------------------------------------------------------------
 *  CONVENTIONS. They hold for every function and are not repeated below.
 *
 *  1. Roles. A *library* (plugin) implements these functions for one or more
 *     backends. The *loader* (libonnxifi.so.1) exports the same functions and
 *     forwards each call to the plugin that owns the handle. A *client* cannot
 *     tell the two apart.
 *  2. Handles. IDs, backends, graphs and events are opaque values, never NULL.
 *     The client owns a handle from the call that gave it until the matching
 *     release, after which it is dead whatever the release returned. NULL, a
 *     released handle, a handle of another kind and a foreign value are all
 *     refused with the INVALID_* code of the expected kind and are never
 *     dereferenced. Clients must not rely on the detection of garbage.
 *  3. Life cycle. Natural release order: graphs and events, backend, ID.
 *     Another order is safe: the handle dies at once, what hangs on it stays
 *     usable until it is released itself.
 *  4. Results. Values below 0x0100 mean done, 0x01xx a bad argument, 0x02xx not
 *     supported, 0x03xx a mismatch with the model, 0x04xx an environment
 *     failure. Only the four functions that list FALLBACK return it.
 *     INTERNAL_ERROR may come from every function and is not listed again.
 *     Clients treat unknown values as failure.
 *  5. Outputs on failure. *backend, *event, *graph and *function become NULL
 *     and *state becomes ONNXIFI_EVENT_STATE_INVALID. Every other output is
 *     left as it was unless the status is SUCCESS or FALLBACK.
 *  6. Order of checks. The pointer that receives the result; the handle; other
 *     pointers; sizes; structure tags; all else. Run functions check the graph
 *     handle first.
 *  7. Size queries. Functions that fill a caller's buffer take its capacity
 *     through a size pointer and store the exact size. Buffer NULL or too small:
 *     FALLBACK, size stored, buffer untouched. Query, allocate, call again.
 *  8. Arguments live for the call only: descriptor arrays, names, shapes,
 *     property lists, model bytes, fences. Tensor buffers bound to a graph are
 *     the exception, see onnxSetGraphIO.
 *  9. Threads. onnxGetBackendIDs and all functions that take a backend ID may
 *     always be called concurrently. Functions that take a backend, graph or
 *     event may be called from any thread when the backend reports
 *     ONNXIFI_CAPABILITY_THREAD_SAFE; without it only from the thread that
 *     called onnxInitBackend ("backend threads" below). Releasing an object
 *     another thread is using is a client error, except for events.
 * 10. Manners. No exception, exit or abort leaves a library; locale, signal
 *     handlers and the floating-point environment are unchanged on return;
 *     nothing is written to standard output.
 * 11. Ids such as name one test of the conformance suite each.
 */
#ifndef ONNXIFI_H
#define ONNXIFI_H 1

#include <stddef.h>

#if !defined(ONNXIFI_NO_STDINT_H)
#if defined(_MSC_VER) && _MSC_VER < 1600
typedef signed __int8 int8_t;
typedef unsigned __int8 uint8_t;
typedef signed __int16 int16_t;
typedef unsigned __int16 uint16_t;
typedef signed __int32 int32_t;
typedef unsigned __int32 uint32_t;
typedef signed __int64 int64_t;
typedef unsigned __int64 uint64_t;
#else
#include <stdint.h>
#endif
#endif /* !defined(ONNXIFI_NO_STDINT_H) */

/** Calling convention. Stands before the name, in pointer types before the *. */
#if defined(_WIN32) && defined(_M_IX86)
#define ONNXIFI_ABI __stdcall
#elif defined(__i386__)
#define ONNXIFI_ABI __attribute__((__cdecl__))
#else
#define ONNXIFI_ABI
#endif

/** Symbol visibility. May be defined by the user. */
#ifndef ONNXIFI_PUBLIC
#if defined(__ELF__) || defined(__MACH__)
#define ONNXIFI_PUBLIC __attribute__((__visibility__("default")))
#elif defined(_WIN32) && defined(__GNUC__)
#ifdef ONNXIFI_BUILD_LIBRARY
#define ONNXIFI_PUBLIC __attribute__((__dllexport__))
#else
#define ONNXIFI_PUBLIC __attribute__((__dllimport__))
#endif
#elif defined(_WIN32)
#ifdef ONNXIFI_BUILD_LIBRARY
#define ONNXIFI_PUBLIC __declspec(dllexport)
#else
#define ONNXIFI_PUBLIC __declspec(dllimport)
#endif
#else
#define ONNXIFI_PUBLIC
#endif
#endif /* ONNXIFI_PUBLIC */

/** Warns when a result is ignored. May be defined by the user. */
#ifndef ONNXIFI_CHECK_RESULT
#if defined(__GNUC__) && __GNUC__ >= 4
#define ONNXIFI_CHECK_RESULT __attribute__((__warn_unused_result__))
#elif defined(_MSC_VER) && _MSC_VER >= 1700
#define ONNXIFI_CHECK_RESULT _Check_return_
#else
#define ONNXIFI_CHECK_RESULT
#endif
#endif /* ONNXIFI_CHECK_RESULT */

/* Unnamed members are ISO C11; earlier dialects know them as an extension. */
#if defined(__GNUC__)
#define ONNXIFI_UNNAMED_MEMBER_ __extension__
#else
#define ONNXIFI_UNNAMED_MEMBER_
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Types ------------------------------------------------- [R-001..003] */

/** Identity of a backend: one (software, device) pair. */
typedef void* onnxBackendID;
/** An initialised backend. */
typedef void* onnxBackend;
/** A model compiled for a backend. */
typedef void* onnxGraph;
/** A single-shot event: NONSIGNALLED, then SIGNALLED for ever. */
typedef void* onnxEvent;

/** One of ONNXIFI_STATUS_*. */
typedef int32_t onnxStatus;
/** One of ONNXIFI_EVENT_STATE_*. */
typedef int32_t onnxEventState;
/** Selects one property in onnxGetBackendInfo. */
typedef int32_t onnxBackendInfo;
/** Enumerated value. Low 32 bits: this interface. High 32 bits: vendors. */
typedef uint64_t onnxEnum;
/** Set of flags. Low 32 bits: this interface. High 32 bits: vendors. */
typedef uint64_t onnxBitfield;
/** Address or foreign handle of a buffer; 64 bits on every target. */
typedef uint64_t onnxPointer;

/* ---- Status codes ----------------------------------------------- [R-007] */

/** Done. */
#define ONNXIFI_STATUS_SUCCESS 0x0000
/** Done with a reservation: only a size was stored, or the model will run but
 *  markedly slower than the backend's native speed. */
#define ONNXIFI_STATUS_FALLBACK 0x0001
/** Not a backend ID. */
#define ONNXIFI_STATUS_INVALID_ID 0x0101
/** The model size is 0. */
#define ONNXIFI_STATUS_INVALID_SIZE 0x0102
/** A required pointer is NULL. */
#define ONNXIFI_STATUS_INVALID_POINTER 0x0103
/** The bytes do not parse as a ModelProto. */
#define ONNXIFI_STATUS_INVALID_PROTOBUF 0x0104
/** The model breaks the rules of ONNX. */
#define ONNXIFI_STATUS_INVALID_MODEL 0x0105
/** Not a backend handle. */
#define ONNXIFI_STATUS_INVALID_BACKEND 0x0106
/** Not a graph handle. */
#define ONNXIFI_STATUS_INVALID_GRAPH 0x0107
/** Not an event handle, or one of another library. */
#define ONNXIFI_STATUS_INVALID_EVENT 0x0108
/** The event is already signalled. */
#define ONNXIFI_STATUS_INVALID_STATE 0x0109
/** A descriptor's name is NULL, unknown to the model or used twice. */
#define ONNXIFI_STATUS_INVALID_NAME 0x010A
/** A dimension is 0, or shape is NULL although the rank is not 0. */
#define ONNXIFI_STATUS_INVALID_SHAPE 0x010B
/** Unknown data type number. */
#define ONNXIFI_STATUS_INVALID_DATATYPE 0x010C
/** Unknown memory type number, or more than one bit set. */
#define ONNXIFI_STATUS_INVALID_MEMORY_TYPE 0x010D
/** The buffer is not valid for its memory type, e.g. address 0. */
#define ONNXIFI_STATUS_INVALID_MEMORY_LOCATION 0x010E
/** Unknown fence type number. */
#define ONNXIFI_STATUS_INVALID_FENCE_TYPE 0x010F
/** A known property has a value outside its range. */
#define ONNXIFI_STATUS_INVALID_PROPERTY 0x0110
/** The tag of a structure is not the tag of version 1. */
#define ONNXIFI_STATUS_UNSUPPORTED_TAG 0x0201
/** IR version, opset version or domain unknown to the backend. */
#define ONNXIFI_STATUS_UNSUPPORTED_VERSION 0x0202
/** The backend does not implement an operator of the model. */
#define ONNXIFI_STATUS_UNSUPPORTED_OPERATOR 0x0203
/** Attribute value not implemented; in onnxGetBackendInfo: unknown query. */
#define ONNXIFI_STATUS_UNSUPPORTED_ATTRIBUTE 0x0204
/** The shape is consistent but beyond the backend. */
#define ONNXIFI_STATUS_UNSUPPORTED_SHAPE 0x0205
/** The backend does not implement a data type of the model. */
#define ONNXIFI_STATUS_UNSUPPORTED_DATATYPE 0x0206
/** Known memory type that cannot be used here. */
#define ONNXIFI_STATUS_UNSUPPORTED_MEMORY_TYPE 0x0207
/** Known fence type that this backend does not offer. */
#define ONNXIFI_STATUS_UNSUPPORTED_FENCE_TYPE 0x0208
/** Property key not known to the backend. */
#define ONNXIFI_STATUS_UNSUPPORTED_PROPERTY 0x0209
/** A model input or output has no descriptor, or no function has that name. */
#define ONNXIFI_STATUS_UNIDENTIFIED_NAME 0x0301
/** Shape contradicts the model. */
#define ONNXIFI_STATUS_MISMATCHING_SHAPE 0x0302
/** Data type contradicts the model. */
#define ONNXIFI_STATUS_MISMATCHING_DATATYPE 0x0303
/** Host memory exhausted. */
#define ONNXIFI_STATUS_NO_SYSTEM_MEMORY 0x0401
/** Device memory exhausted. */
#define ONNXIFI_STATUS_NO_DEVICE_MEMORY 0x0402
/** Another host resource exhausted (threads, file handles). */
#define ONNXIFI_STATUS_NO_SYSTEM_RESOURCES 0x0403
/** Another device resource exhausted (queues, graph slots). */
#define ONNXIFI_STATUS_NO_DEVICE_RESOURCES 0x0404
/** The device is gone or its software was removed; permanent for a handle. */
#define ONNXIFI_STATUS_BACKEND_UNAVAILABLE 0x0405
/** Unrecoverable error inside the implementation. */
#define ONNXIFI_STATUS_INTERNAL_ERROR 0x0406

/* ---- Event states ----------------------------------------------- [R-008] */

/** Stored only when onnxGetEventState fails. */
#define ONNXIFI_EVENT_STATE_INVALID 0
/** Initial state. */
#define ONNXIFI_EVENT_STATE_NONSIGNALLED 0x16BD
/** Final state. */
#define ONNXIFI_EVENT_STATE_SIGNALLED 0x3395

/* ---- Device types: exactly one per backend ---------------------- [R-009] */

#define ONNXIFI_DEVICE_TYPE_NPU 0x01  /**< neural network accelerator */
#define ONNXIFI_DEVICE_TYPE_DSP 0x02  /**< digital signal processor */
#define ONNXIFI_DEVICE_TYPE_GPU 0x04  /**< graphics processor */
#define ONNXIFI_DEVICE_TYPE_CPU 0x08  /**< general-purpose processor */
#define ONNXIFI_DEVICE_TYPE_FPGA 0x10 /**< programmable logic */
/** Spreads work over several kinds of devices by itself. */
#define ONNXIFI_DEVICE_TYPE_HETEROGENEOUS 0x20

/* ---- Capability bits -------------------------------------------- [R-070] */

/** Backend, graph and event handles may be used from any thread. */
#define ONNXIFI_CAPABILITY_THREAD_SAFE 0x01
/** The outermost dimension of inputs and outputs may be symbolic. */
#define ONNXIFI_CAPABILITY_SYMBOLIC_BATCH_SIZE 0x02
/** Every dimension may be symbolic. Implies SYMBOLIC_BATCH_SIZE. */
#define ONNXIFI_CAPABILITY_SYMBOLIC_SIZE_TENSORS 0x04
/** The outermost output dimension may depend on data; the descriptor gives an
 *  upper bound. Implies SYMBOLIC_BATCH_SIZE. */
#define ONNXIFI_CAPABILITY_VARIABLE_BATCH_SIZE 0x08
/** Every output dimension may depend on data; the descriptor gives upper
 *  bounds. Implies SYMBOLIC_SIZE_TENSORS and VARIABLE_BATCH_SIZE. */
#define ONNXIFI_CAPABILITY_VARIABLE_SIZE_OUTPUTS 0x10
/** The device may disappear; calls then return BACKEND_UNAVAILABLE. */
#define ONNXIFI_CAPABILITY_HOT_PLUGGABLE 0x20

/* ---- Selectors of onnxGetBackendInfo ---------------------------- [R-010]
 * The word after the number is the value's type. Strings are NUL-terminated and
 * their size counts the NUL; all other values are 8 bytes unless stated. Those
 * marked "optional" may be refused with UNSUPPORTED_ATTRIBUTE. */

/** uint64: major version << 32 | minor version. */
#define ONNXIFI_BACKEND_ONNXIFI_VERSION 0
/** UTF-8: product name without the vendor, at most 49 bytes. */
#define ONNXIFI_BACKEND_NAME 1
/** UTF-8: vendor. */
#define ONNXIFI_BACKEND_VENDOR 2
/** ASCII: software version, different for every release. */
#define ONNXIFI_BACKEND_VERSION 3
/** ASCII: extension names separated by single spaces, may be empty. */
#define ONNXIFI_BACKEND_EXTENSIONS 4
/** UTF-8: device model, at most 63 bytes. */
#define ONNXIFI_BACKEND_DEVICE 5
/** onnxEnum: one of ONNXIFI_DEVICE_TYPE_*. */
#define ONNXIFI_BACKEND_DEVICE_TYPE 6
/** ASCII: supported IR versions, decimal, space-separated; has 3. */
#define ONNXIFI_BACKEND_ONNX_IR_VERSION 7
/** ASCII: "domain:version" pairs, space-separated; all versions up to the given
 *  one work. The default domain is written ai.onnx. */
#define ONNXIFI_BACKEND_OPSET_VERSION 8
/** onnxBitfield: ONNXIFI_CAPABILITY_*. */
#define ONNXIFI_BACKEND_CAPABILITIES 10
/** onnxBitfield: vendor properties of onnxInitBackend; low half 0. */
#define ONNXIFI_BACKEND_INIT_PROPERTIES 11
/** onnxBitfield: ONNXIFI_MEMORY_TYPE_*; CPU is implied. */
#define ONNXIFI_BACKEND_MEMORY_TYPES 12
/** onnxBitfield: vendor properties of onnxInitGraph; low half 0. */
#define ONNXIFI_BACKEND_GRAPH_INIT_PROPERTIES 13
/** onnxBitfield: ONNXIFI_SYNCHRONIZATION_*; EVENT is implied. */
#define ONNXIFI_BACKEND_SYNCHRONIZATION_TYPES 14
/** uint64: bytes of memory the backend can use. */
#define ONNXIFI_BACKEND_MEMORY_SIZE 20
/** uint64: largest total size of a graph's parameters in bytes. */
#define ONNXIFI_BACKEND_MAX_GRAPH_SIZE 21
/** uint64: largest number of graphs at one time, at least 1. */
#define ONNXIFI_BACKEND_MAX_GRAPH_COUNT 22
/** uint64, optional: float32 multiply-adds a second; 0 = no float32. */
#define ONNXIFI_BACKEND_MACS_FP32 30
/** uint64, optional: float16 multiply-adds a second; 0 = no float16. */
#define ONNXIFI_BACKEND_MACS_FP16 31
/** uint64, optional: device memory bytes a second. */
#define ONNXIFI_BACKEND_MEMORY_BANDWIDTH 35
/** uint64, optional: bytes a second from CPU memory to the device. */
#define ONNXIFI_BACKEND_CPU_MEMORY_READ_BANDWIDTH 36
/** uint64, optional: bytes a second from the device to CPU memory. */
#define ONNXIFI_BACKEND_CPU_MEMORY_WRITE_BANDWIDTH 37
/** uint64, optional: PCI bus. */
#define ONNXIFI_BACKEND_PCI_BUS_ID 40
/** uint64, optional: PCI device. */
#define ONNXIFI_BACKEND_PCI_DEVICE_ID 41
/** uint64, optional: PCI domain/function. */
#define ONNXIFI_BACKEND_PCI_DOMAIN_ID 42
/** LUID, optional, DXGI only: adapter as Direct3D 12 reports it. */
#define ONNXIFI_BACKEND_DIRECTX_ID 43
/** uint64, optional, CUDA only: device index. */
#define ONNXIFI_BACKEND_CUDA_INDEX 44
/** cl_platform_id, optional, OpenCL only; pointer-sized. */
#define ONNXIFI_BACKEND_OPENCL_PLATFORM_ID 45
/** cl_device_id, optional, OpenCL only; pointer-sized. */
#define ONNXIFI_BACKEND_OPENCL_DEVICE_ID 46

/* ---- Data types: the numbers of TensorProto.DataType ------------ [R-011] */

#define ONNXIFI_DATATYPE_UNDEFINED 0 /**< never valid in a descriptor */
#define ONNXIFI_DATATYPE_FLOAT32 1
#define ONNXIFI_DATATYPE_UINT8 2
#define ONNXIFI_DATATYPE_INT8 3
#define ONNXIFI_DATATYPE_UINT16 4
#define ONNXIFI_DATATYPE_INT16 5
#define ONNXIFI_DATATYPE_INT32 6
#define ONNXIFI_DATATYPE_INT64 7
/* 8 is string (no descriptor can hold it). 9 is bool: accepted without a name
 * here, one byte an element, 0 or 1. */
#define ONNXIFI_DATATYPE_FLOAT16 10
#define ONNXIFI_DATATYPE_FLOAT64 11
#define ONNXIFI_DATATYPE_UINT32 12
#define ONNXIFI_DATATYPE_UINT64 13
#define ONNXIFI_DATATYPE_COMPLEX64 14
#define ONNXIFI_DATATYPE_COMPLEX128 15
#define ONNXIFI_DATATYPE_BFLOAT16 16

/* ---- Memory types: what onnxTensorDescriptorV1.buffer holds ----- [R-202] */

/** Address in cacheable CPU memory. Always supported. */
#define ONNXIFI_MEMORY_TYPE_CPU 0
/** CUDA device pointer on the backend's device. */
#define ONNXIFI_MEMORY_TYPE_CUDA_BUFFER 1
/** cl_mem buffer of the context given to onnxInitBackend. */
#define ONNXIFI_MEMORY_TYPE_OPENCL_BUFFER 2
/** Name of an OpenGL ES 2D texture on the backend's device. */
#define ONNXIFI_MEMORY_TYPE_OPENGLES_TEXTURE_2D 4
/** Direct3D resource. */
#define ONNXIFI_MEMORY_TYPE_D3D_RESOURCE 8

/* ---- Property keys of onnxInitBackend --------------------------- [R-110]
 * A list is a sequence of (key, value) pairs of uint64_t. The word 0 in key
 * position ends it; 0 in value position is a value. A repeated key: the last
 * one counts. */

/** Ends a list. */
#define ONNXIFI_BACKEND_PROPERTY_NONE 0
/** Value: ONNXIFI_OPTIMIZATION_*. */
#define ONNXIFI_BACKEND_PROPERTY_OPTIMIZATION 1
/** Value: ONNXIFI_LOG_LEVEL_*. Default WARNING. */
#define ONNXIFI_BACKEND_PROPERTY_LOG_LEVEL 2
/** Value: cudaStream_t or CUstream of the backend's device. */
#define ONNXIFI_BACKEND_CUDA_STREAM 4
/** Value: cl_context with the backend's platform and device. */
#define ONNXIFI_BACKEND_OPENCL_CONTEXT 8

/* ---- Property keys of onnxInitGraph ------------------------------------- */

/** Ends a list. 1.0 has no other key. */
#define ONNXIFI_GRAPH_PROPERTY_NONE 0

/* ---- Optimisation goals -------------------------------------- [R-111,112] */

#define ONNXIFI_OPTIMIZATION_HIGH_THROUGHPUT 0 /**< work per second */
#define ONNXIFI_OPTIMIZATION_LOW_LATENCY 1     /**< time of one run */
#define ONNXIFI_OPTIMIZATION_LOW_POWER 2       /**< energy */
#define ONNXIFI_OPTIMIZATION_LOW_DELAY 3       /**< time to first result */

/* ---- Log levels: a message appears when its level >= the set one - [R-113] */

#define ONNXIFI_LOG_LEVEL_DEBUG 1   /**< INFO and details; may be slow */
#define ONNXIFI_LOG_LEVEL_INFO 2    /**< WARNING and high-level progress */
#define ONNXIFI_LOG_LEVEL_WARNING 3 /**< ERROR and degraded service */
#define ONNXIFI_LOG_LEVEL_ERROR 4   /**< what made a call fail */

/* ---- Fence types ----------------------------------------------- [R-224] */

/** onnxEvent. Always supported. */
#define ONNXIFI_SYNCHRONIZATION_EVENT 0
/* 1 is unassigned. */
/** Order defined by the backend, e.g. through a shared CUDA stream. */
#define ONNXIFI_SYNCHRONIZATION_IMPLICIT 2

/* ---- Structures -------------------------------------------------------- */

#define ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1 0x43DFBF69
#define ONNXIFI_TAG_MEMORY_FENCE_V1 0x23E08AAB

/** A tensor in memory: name, type, numeric shape and place.
 *  Data are dense, row-major, in native byte order, at any alignment. */
typedef struct onnxTensorDescriptorV1 {
  /** ONNXIFI_TAG_TENSOR_DESCRIPTOR_V1; checked before anything else is read. */
  int32_t tag;
  /** NUL-terminated name of a graph input or output. */
  const char* name;
  /** ONNXIFI_DATATYPE_*. */
  onnxEnum dataType;
  /** ONNXIFI_MEMORY_TYPE_*. */
  onnxEnum memoryType;
  /** Rank; 0 for a scalar. */
  uint32_t dimensions;
  /** Dimensions, outermost first; may be NULL for a scalar. */
  const uint64_t* shape;
  /** Address or handle, see the memory types. */
  onnxPointer buffer;
} onnxTensorDescriptorV1;

/** A point in time that gates a run or is reached by it. */
typedef struct onnxMemoryFenceV1 {
  /** ONNXIFI_TAG_MEMORY_FENCE_V1; checked before anything else is read. */
  int32_t tag;
  /** ONNXIFI_SYNCHRONIZATION_*. */
  onnxEnum type;
  ONNXIFI_UNNAMED_MEMBER_ union {
    /** For type EVENT. Input fence: set by the client. Output fence: ignored on
     *  entry, replaced with a new event on success. */
    onnxEvent event;
  };
} onnxMemoryFenceV1;

/* ---- Functions --------------------------------------------------------- */

/** Lists the backends that are available now.
 *  Effect     Stores their IDs and their number N. The first call initialises
 *             the library. The same backend has the same ID in every call of a
 *             process. backendIDs NULL or *numBackends < N: N is stored,
 *             no ID is.
 *  Ownership  Each ID written is one reference, ended by onnxReleaseBackendID;
 *             calls that write no ID give none.
 *  Threading  any thread. Blocking  never, except for the initialisation.
 *  On error   *numBackends and backendIDs are unchanged.
 *  @param backendIDs   room for *numBackends IDs, or NULL
 *  @param numBackends  in: capacity (not read when backendIDs is NULL); out: N
 *  @retval SUCCESS           N IDs stored; also N == 0
 *  @retval FALLBACK          only N stored, also when N == 0
 *  @retval INVALID_POINTER   numBackends == NULL
 *  @retval NO_SYSTEM_MEMORY  no memory for the IDs
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxGetBackendIDs(onnxBackendID* backendIDs, size_t* numBackends);

/** Gives back one reference to a backend ID.
 *  Effect     After the last reference the value is refused until
 *             onnxGetBackendIDs hands it out again.
 *  Ownership  consumes one reference; backends made from it live on.
 *  Threading  any thread. Blocking  never.
 *  On error   nothing changed, or the reference is gone.
 *  @retval SUCCESS     one reference less
 *  @retval INVALID_ID  not a live ID
 *  @since 1.0 */
ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI
onnxReleaseBackendID(onnxBackendID backendID);

/** Reads one property of a backend.
 *  Effect     Stores the value and its exact size S; works without an
 *             initialised backend. Values never change.
 *             infoValue NULL or too small: only S is stored.
 *  Ownership  the caller's buffer is written during the call, at any alignment
 *             bytes beyond S stay.
 *  Threading  any thread. Blocking  never.
 *  On error   *infoValueSize and infoValue are unchanged.
 *  @param infoType       ONNXIFI_BACKEND_*, see the selectors
 *  @param infoValueSize  in: bytes at infoValue (not read when that is NULL);
 *                        out: S
 *  @retval SUCCESS                value and size stored
 *  @retval FALLBACK               only the size stored
 *  @retval INVALID_ID             not a live ID
 *  @retval INVALID_POINTER        infoValueSize == NULL
 *  @retval UNSUPPORTED_ATTRIBUTE  unknown or refused selector
 *  @retval BACKEND_UNAVAILABLE    device gone
 *  @retval NO_SYSTEM_MEMORY       no host memory
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxGetBackendInfo(onnxBackendID backendID, onnxBackendInfo infoType,
                   void* infoValue, size_t* infoValueSize);

/** Tells whether a backend can run a model.
 *  Effect     Judges a serialised ModelProto: operators, versions, types and
 *             shapes, never the values of weights, which may be absent.
 *             Symbolic dimensions are allowed as far as the capabilities go
 *             . An accepted model is accepted by onnxInitGraph.
 *  Ownership  the bytes are read during the call only.
 *  Threading  any thread. Blocking  never.
 *  On error   nothing changes.
 *  @param onnxModelSize  bytes at onnxModel
 *  @param onnxModel      at any alignment
 *  @retval SUCCESS               runs
 *  @retval FALLBACK              runs, markedly slower than native
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_POINTER       onnxModel == NULL
 *  @retval INVALID_SIZE          onnxModelSize == 0
 *  @retval INVALID_PROTOBUF      not a ModelProto
 *  @retval INVALID_MODEL         breaks ONNX rules, external data included
 *                                [R-091] [R-092] [R-103]
 *  @retval UNSUPPORTED_VERSION   IR, opset or domain unknown
 *  @retval UNSUPPORTED_OPERATOR  operator not implemented
 *  @retval UNSUPPORTED_ATTRIBUTE attribute value not implemented
 *  @retval UNSUPPORTED_SHAPE     shape not implemented
 *  @retval UNSUPPORTED_DATATYPE  data type not implemented
 *  @retval MISMATCHING_SHAPE     declared shape contradicts inference
 *  @retval MISMATCHING_DATATYPE  declared type contradicts inference
 *  @retval NO_SYSTEM_MEMORY      no host memory
 *  @retval BACKEND_UNAVAILABLE   device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxGetBackendCompatibility(onnxBackendID backendID, size_t onnxModelSize,
                            const void* onnxModel);

/** Starts an instance of a backend.
 *  Effect     Every call gives another handle. Never FALLBACK.
 *  Ownership  *backend: released with onnxReleaseBackend. The list is read
 *             during the call only.
 *  Threading  any thread; without THREAD_SAFE the caller's becomes the backend
 *             thread. Blocking  may start a device; never waits for runs.
 *  On error   *backend is NULL.
 *  @param auxPropertiesList  pairs ended by 0, or NULL
 *  @retval SUCCESS               backend ready
 *  @retval INVALID_ID            not a live ID
 *  @retval INVALID_POINTER       backend == NULL
 *  @retval INVALID_PROPERTY      value out of range
 *  @retval UNSUPPORTED_PROPERTY  key not known
 *  @retval NO_SYSTEM_MEMORY      no host memory
 *  @retval NO_SYSTEM_RESOURCES   no other host resource
 *  @retval NO_DEVICE_MEMORY      no device memory
 *  @retval NO_DEVICE_RESOURCES   no other device resource
 *  @retval BACKEND_UNAVAILABLE   device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxInitBackend(onnxBackendID backendID, const uint64_t* auxPropertiesList,
                onnxBackend* backend);

/** Ends an instance of a backend.
 *  Effect     The handle dies; graphs and events made from it stay usable until
 *             they are released.
 *  Ownership  consumes the handle. Threading  backend threads.
 *  Blocking   does not wait for runs. On error  the handle is dead.
 *  @retval SUCCESS          ended
 *  @retval INVALID_BACKEND  not a live backend
 *  @since 1.0 */
ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseBackend(onnxBackend backend);

/** Makes an event in state NONSIGNALLED.
 *  Effect    . Ownership  *event: released with onnxReleaseEvent.
 *  Threading  backend threads. Blocking  never.
 *  On error   *event is NULL.
 *  @retval SUCCESS              event made
 *  @retval INVALID_BACKEND      not a live backend
 *  @retval INVALID_POINTER      event == NULL
 *  @retval NO_SYSTEM_MEMORY     no host memory
 *  @retval NO_SYSTEM_RESOURCES  no other host resource
 *  @retval NO_DEVICE_MEMORY     no device memory
 *  @retval NO_DEVICE_RESOURCES  no other device resource
 *  @retval BACKEND_UNAVAILABLE  device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxInitEvent(onnxBackend backend, onnxEvent* event);

/** Signals an event.
 *  Effect     SIGNALLED for ever; wakes all waiters; runs gated by the
 *             event become ready and see what the caller wrote before
 *             . The run does not execute inside this call.
 *  Ownership  none. Threading  backend threads; of several signallers exactly
 *             one succeeds. Blocking  never.
 *  On error   nothing changes.
 *  @retval SUCCESS              signalled
 *  @retval INVALID_EVENT        not a live event
 *  @retval INVALID_STATE        was signalled before
 *  @retval BACKEND_UNAVAILABLE  device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxSignalEvent(onnxEvent event);

/** Reads the state of an event without waiting.
 *  Effect     Works for every event. Seeing SIGNALLED on the output
 *             event of a run makes its outputs visible to the caller.
 *  Ownership  none. Threading  backend threads. Blocking  never.
 *  On error   *state is ONNXIFI_EVENT_STATE_INVALID.
 *  @retval SUCCESS              SIGNALLED or NONSIGNALLED stored
 *  @retval INVALID_EVENT        not a live event
 *  @retval INVALID_POINTER      state == NULL
 *  @retval BACKEND_UNAVAILABLE  device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxGetEventState(onnxEvent event, onnxEventState* state);

/** Waits until an event is signalled.
 *  Effect     Returns at once when it already is, any number of times,
 *             on any number of threads. For the output event of a failed
 *             run every wait reports the failure.
 *  Ownership  none. Threading  backend threads; waiting on one thread and
 *             signalling on another needs THREAD_SAFE.
 *  Blocking   yes, without limit.
 *  On error   nothing changes.
 *  @retval SUCCESS              signalled
 *  @retval INVALID_EVENT        not a live event, or released
 *                               during the wait
 *  @retval BACKEND_UNAVAILABLE  device gone, or lost during the run
 *  @retval INTERNAL_ERROR       also: the run failed or was cancelled
 *  @retval NO_SYSTEM_MEMORY     the run found too little; as of 1.1, where 1.0
 *  @retval NO_DEVICE_MEMORY     had INTERNAL_ERROR: a later run may succeed, and
 *  @retval NO_DEVICE_RESOURCES  runs that it gated are cancelled [R-ext-29]
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxWaitEvent(onnxEvent event);

/** Releases an event.
 *  Effect     Runs keep their own reference: releasing a signalled input event
 *             or any output event disturbs nothing. Releasing an
 *             unsignalled input event cancels the runs it gates: no output is
 *             written, their output events are signalled and report
 *             INTERNAL_ERROR.
 *  Ownership  consumes the handle. Threading  backend threads.
 *  Blocking   never. On error  the handle is dead.
 *  @retval SUCCESS        released
 *  @retval INVALID_EVENT  not a live event
 *  @since 1.0 */
ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseEvent(onnxEvent event);

/** Compiles a model for a backend.
 *  Effect     Parses a serialised ModelProto and prepares it. Weights come
 *             either from graph.initializer or from weightDescriptors
 *             (count > 0); both at once are refused. Count 0: the
 *             descriptor pointer is not read. Graphs are independent of
 *             each other.
 *  Ownership  *graph: released with onnxReleaseGraph. Model bytes, weights and
 *             names are copied as far as needed.
 *  Threading  backend threads. Blocking  may compile for long; does not wait for
 *             runs of other graphs.
 *  On error   *graph is NULL.
 *  @param auxPropertiesList  pairs ended by 0, or NULL
 *  @param weightDescriptors  weightsCount CPU tensors named like graph inputs
 *  @retval SUCCESS                  graph ready
 *  @retval FALLBACK                 graph ready, markedly slower than native
 *  @retval INVALID_BACKEND          not a live backend
 *  @retval INVALID_PROPERTY         property value out of range
 *  @retval INVALID_POINTER          graph or onnxModel == NULL, or weightsCount >
 *                                   0 && weightDescriptors == NULL
 *                                   [R-154] [R-163]
 *  @retval INVALID_SIZE             onnxModelSize == 0
 *  @retval INVALID_PROTOBUF         not a ModelProto
 *  @retval INVALID_MODEL            breaks ONNX rules, or two sources of weights
 *                                   [R-156] [R-165]
 *  @retval INVALID_NAME             weight name NULL, unknown, twice
 *  @retval INVALID_SHAPE            weight dimension 0
 *  @retval INVALID_DATATYPE         unknown weight type
 *  @retval INVALID_MEMORY_TYPE      unknown weight memory type
 *  @retval INVALID_MEMORY_LOCATION  weight buffer is 0
 *  @retval UNSUPPORTED_TAG          weight tag wrong, nothing else read
 *  @retval UNSUPPORTED_PROPERTY     property key not known
 *  @retval UNSUPPORTED_VERSION      IR, opset or domain unknown
 *  @retval UNSUPPORTED_OPERATOR     operator not implemented
 *  @retval UNSUPPORTED_ATTRIBUTE    attribute value not implemented
 *  @retval UNSUPPORTED_SHAPE        shape not implemented
 *  @retval UNSUPPORTED_DATATYPE     data type not implemented
 *  @retval UNSUPPORTED_MEMORY_TYPE  weights outside CPU memory
 *  @retval MISMATCHING_SHAPE        shapes contradict each other
 *  @retval MISMATCHING_DATATYPE     types contradict each other
 *  @retval NO_SYSTEM_MEMORY         no host memory
 *  @retval NO_SYSTEM_RESOURCES      no other host resource
 *  @retval NO_DEVICE_MEMORY         no device memory
 *  @retval NO_DEVICE_RESOURCES      no device resource, or too many graphs
 *  @retval BACKEND_UNAVAILABLE      device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxInitGraph(onnxBackend backend, const uint64_t* auxPropertiesList,
              size_t onnxModelSize, const void* onnxModel,
              uint32_t weightsCount,
              const onnxTensorDescriptorV1* weightDescriptors,
              onnxGraph* graph);

/** Binds memory to the inputs and outputs of a graph.
 *  Effect     Later runs use this binding; runs accepted before keep theirs
 *             . By name, order is free. Inputs: every graph input
 *             that is not a static weight. Outputs: every graph output. Each
 *             exactly once. Numbers for symbolic dimensions come from here
 *             [R-207].
 *  Ownership  Descriptors are read during the call. Buffers stay the
 *             caller's and must remain accessible until the runs that use them
 *             are complete and the binding was replaced or the graph released.
 *             Inputs are not written; outputs get exactly their bytes.
 *  Threading  backend threads. Blocking  does not wait for runs.
 *  On error   The graph has no binding until the next success;
 *             accepted runs are not affected.
 *  @param inputDescriptors  not read when inputsCount == 0
 *  @retval SUCCESS                  bound
 *  @retval INVALID_GRAPH            not a live graph
 *  @retval INVALID_POINTER          outputDescriptors == NULL, or inputsCount > 0
 *                                   && inputDescriptors == NULL [R-187..189]
 *  @retval INVALID_NAME             name NULL, unknown, twice, or of a static
 *                                   weight [R-193..196]
 *  @retval INVALID_SHAPE            dimension 0 or shape NULL
 *  @retval INVALID_DATATYPE         unknown type
 *  @retval INVALID_MEMORY_TYPE      unknown memory type
 *  @retval INVALID_MEMORY_LOCATION  buffer not valid for its type
 *  @retval UNSUPPORTED_TAG          tag wrong, nothing else read
 *  @retval UNSUPPORTED_SHAPE        numeric shape not implemented
 *  @retval UNSUPPORTED_MEMORY_TYPE  known memory type, not offered
 *  @retval UNIDENTIFIED_NAME        an input or output is missing [R-191..192]
 *  @retval MISMATCHING_SHAPE        rank, fixed dimension or two values of one
 *                                   symbol differ
 *  @retval MISMATCHING_DATATYPE     type differs from the model
 *  @retval NO_SYSTEM_MEMORY         no host memory
 *  @retval NO_SYSTEM_RESOURCES      no other host resource
 *  @retval NO_DEVICE_MEMORY         no device memory
 *  @retval NO_DEVICE_RESOURCES      no other device resource
 *  @retval BACKEND_UNAVAILABLE      device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxSetGraphIO(onnxGraph graph, uint32_t inputsCount,
               const onnxTensorDescriptorV1* inputDescriptors,
               uint32_t outputsCount,
               const onnxTensorDescriptorV1* outputDescriptors);

/** Accepts one asynchronous run of a graph.
 *  Effect     The run starts after the input fence and signals the output fence
 *             when the outputs are valid or it has failed. An
 *             input event may be signalled already, gate several runs
 *             be the output event of another run, or belong to
 *             another backend of the library. Runs that share a binding
 *             never overlap; a ready run is not held back by one that is
 *             not.
 *  Ownership  outputFence->event: a new event, released by the caller
 *             with onnxReleaseEvent; its old value is not read. Fences
 *             are read and written during the call only.
 *  Threading  backend threads. Blocking  never waits for the fence.
 *  On error   no run, *outputFence unchanged.
 *  @retval SUCCESS                 run accepted
 *  @retval INVALID_GRAPH           not a live graph
 *  @retval INVALID_POINTER         inputFence or outputFence == NULL
 *  @retval UNSUPPORTED_TAG         a fence tag is wrong
 *  @retval INVALID_FENCE_TYPE      unknown fence type
 *  @retval UNSUPPORTED_FENCE_TYPE  known fence type, not offered
 *  @retval INVALID_EVENT           input event not live, or of another library
 *                                  [R-226] [R-227] [R-282]
 *  @retval UNIDENTIFIED_NAME       no binding
 *  @retval NO_SYSTEM_MEMORY        no host memory
 *  @retval NO_SYSTEM_RESOURCES     no other host resource
 *  @retval NO_DEVICE_MEMORY        no device memory
 *  @retval NO_DEVICE_RESOURCES     no other device resource
 *  @retval BACKEND_UNAVAILABLE     device gone
 *  @since 1.0 */
ONNXIFI_PUBLIC ONNXIFI_CHECK_RESULT onnxStatus ONNXIFI_ABI
onnxRunGraph(onnxGraph graph, const onnxMemoryFenceV1* inputFence,
             onnxMemoryFenceV1* outputFence);

/** Releases a graph.
 *  Effect     Waits until every accepted run is complete; afterwards no
 *             buffer is touched. Output events stay usable.
 *  Ownership  consumes the handle. Threading  backend threads.
 *  Blocking   yes, until the last run is complete; for ever when its input event
 *             is never signalled nor released.
 *  On error   the handle is dead.
 *  @retval SUCCESS        released
 *  @retval INVALID_GRAPH  not a live graph
 *  @since 1.0 */
ONNXIFI_PUBLIC onnxStatus ONNXIFI_ABI onnxReleaseGraph(onnxGraph graph);

/* ---- Pointer types: one per function ---------------------------- [R-019] */

typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxGetBackendIDsFunction)(onnxBackendID* backendIDs,
                                            size_t* numBackends);
typedef onnxStatus(ONNXIFI_ABI* onnxReleaseBackendIDFunction)(
    onnxBackendID backendID);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxGetBackendInfoFunction)(onnxBackendID backendID,
                                             onnxBackendInfo infoType,
                                             void* infoValue,
                                             size_t* infoValueSize);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxGetBackendCompatibilityFunction)(onnxBackendID backendID,
                                                      size_t onnxModelSize,
                                                      const void* onnxModel);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxInitBackendFunction)(
    onnxBackendID backendID, const uint64_t* auxPropertiesList,
    onnxBackend* backend);
typedef onnxStatus(ONNXIFI_ABI* onnxReleaseBackendFunction)(
    onnxBackend backend);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxInitEventFunction)(
    onnxBackend backend, onnxEvent* event);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxSignalEventFunction)(
    onnxEvent event);
typedef ONNXIFI_CHECK_RESULT onnxStatus(
    ONNXIFI_ABI* onnxGetEventStateFunction)(onnxEvent event,
                                            onnxEventState* state);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxWaitEventFunction)(
    onnxEvent event);
typedef onnxStatus(ONNXIFI_ABI* onnxReleaseEventFunction)(onnxEvent event);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxInitGraphFunction)(
    onnxBackend backend, const uint64_t* auxPropertiesList,
    size_t onnxModelSize, const void* onnxModel, uint32_t weightsCount,
    const onnxTensorDescriptorV1* weightDescriptors, onnxGraph* graph);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxSetGraphIOFunction)(
    onnxGraph graph, uint32_t inputsCount,
    const onnxTensorDescriptorV1* inputDescriptors, uint32_t outputsCount,
    const onnxTensorDescriptorV1* outputDescriptors);
typedef ONNXIFI_CHECK_RESULT onnxStatus(ONNXIFI_ABI* onnxRunGraphFunction)(
    onnxGraph graph, const onnxMemoryFenceV1* inputFence,
    onnxMemoryFenceV1* outputFence);
typedef onnxStatus(ONNXIFI_ABI* onnxReleaseGraphFunction)(onnxGraph graph);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ONNXIFI_H */
