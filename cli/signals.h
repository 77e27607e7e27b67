/* signals.h - where the engine is in a recorded wave. Its pins are signals of TOP. */
#ifndef SIGNALS_H
#define SIGNALS_H

#define SIGNALS_TOP     "TOP."
#define SIGNALS_ENGINE  SIGNALS_TOP "ioat_pins.ioat_engine."

#endif
