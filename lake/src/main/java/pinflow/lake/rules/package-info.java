/** The cleaning of events, once: rules as named column expressions that batch and live apply. */
@NullMarked
package pinflow.lake.rules;

import org.jspecify.annotations.NullMarked;
