// formal.vh - the words that properties are written in.
//
//   `given    what the surroundings of the module promise
//   `holds    what the module promises
//   `lemma    an invariant of its internals: proved like a promise, there only for the induction
//   `reached  what must be able to happen: without it a proof may hold because nothing moves
//
// All are conditions on one clock; the past is kept in registers of the wrapper.
// With COVERS the question is whether the reached are reachable; with TWIN, whether a promise fails.

`define given(NAME, CONDITION)   NAME: assume property (CONDITION);

`ifdef COVERS
`define holds(NAME, CONDITION)
`define reached(NAME, CONDITION) NAME: assert property (!(CONDITION));
`else
`define holds(NAME, CONDITION)   NAME: assert property (CONDITION);
`define reached(NAME, CONDITION)
`endif

`ifdef COVERS
`define lemma(NAME, CONDITION)
`elsif TWIN
`define lemma(NAME, CONDITION)
`else
`define lemma(NAME, CONDITION)   NAME: assert property (CONDITION);
`endif
