-- Write down what became of an exercise that was asked for.
update store.exercise
   set incident = %(incident)s, refused = %(refused)s, ended = %(now)s
 where exercise = %(exercise)s
