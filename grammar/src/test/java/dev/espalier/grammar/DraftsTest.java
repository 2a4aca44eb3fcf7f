package dev.espalier.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.espalier.CompiledConstraint;
import dev.espalier.Vocabulary;
import dev.espalier.grammar.token.Vocabularies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the drafts differ, case by case from their specifications. */
class DraftsTest {
  private static final Vocabulary BYTES = bytes();

  private static final Map<String, String> DIALECTS =
      Map.of(
          "4", "http://json-schema.org/draft-04/schema#",
          "6", "http://json-schema.org/draft-06/schema#",
          "7", "http://json-schema.org/draft-07/schema#",
          "2019", "https://json-schema.org/draft/2019-09/schema",
          "2020", "https://json-schema.org/draft/2020-12/schema");

  /** Documents that other documents lead to. */
  private static final Map<String, String> DOCUMENTS =
      Map.of(
          "http://x.y/no-validation",
          """
          {'$schema':'https://json-schema.org/draft/2019-09/schema','$id':'http://x.y/no-validation',
           '$vocabulary':{'https://json-schema.org/draft/2019-09/vocab/core':true,
                          'https://json-schema.org/draft/2019-09/vocab/applicator':true},
           '$recursiveAnchor':true,
           'allOf':[{'$ref':'https://json-schema.org/draft/2019-09/meta/core'},
                    {'$ref':'https://json-schema.org/draft/2019-09/meta/applicator'}]}
          """,
          "http://x.y/own-vocabulary",
          """
          {'$schema':'https://json-schema.org/draft/2019-09/schema','$id':'http://x.y/own-vocabulary',
           '$vocabulary':{'https://json-schema.org/draft/2019-09/vocab/core':true,
                          'https://json-schema.org/draft/2019-09/vocab/validation':true,
                          'http://x.y/vocab/custom':false}}
          """,
          "http://x.y/own-required",
          """
          {'$schema':'https://json-schema.org/draft/2019-09/schema',
           '$vocabulary':{'https://json-schema.org/draft/2019-09/vocab/core':true,
                          'http://x.y/vocab/custom':true}}
          """,
          "http://x.y/seven",
          """
          {'$schema':'http://json-schema.org/draft-07/schema#','$id':'http://x.y/seven',
           'dependentRequired':{'a':['b']},'items':[{'type':'string'}],'additionalItems':false}
          """,
          "http://x.y/four",
          """
          {'$schema':'http://json-schema.org/draft-04/schema#','id':'http://x.y/four',
           'minimum':3,'exclusiveMinimum':true,'const':0}
          """,
          "http://x.y/silent",
          "{'dependentRequired':{'a':['b']},'prefixItems':[{'type':'null'}]}");

  private static Vocabulary bytes() {
    List<byte[]> all = new ArrayList<>();
    for (int b = 0; b < 256; b++) {
      all.add(new byte[] {(byte) b});
    }
    return Vocabularies.of(all);
  }

  private static CompiledConstraint compile(String draft, String schema) {
    return JsonSchema.of(schema.replace('\'', '"'))
        .dialect(DIALECTS.getOrDefault(draft, draft))
        .resolver(
            uri -> {
              String text = DOCUMENTS.get(uri.toString());
              return text == null ? null : text.replace('\'', '"');
            })
        .anyOrder()
        .compile(BYTES);
  }

  private static void assertJudges(String drafts, String schema, String valid, String invalid) {
    for (String draft : drafts.split(" ", -1)) {
      CompiledConstraint c = compile(draft, schema);
      for (String text : valid.split(" ", -1)) {
        assertThat(c.check(text.replace('\'', '"')).accepted())
            .as("draft %s: %s accepts %s", draft, schema, text)
            .isTrue();
      }
      for (String text : invalid.isEmpty() ? new String[0] : invalid.split(" ", -1)) {
        assertThat(c.check(text.replace('\'', '"')).accepted())
            .as("draft %s: %s refuses %s", draft, schema, text)
            .isFalse();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # numbers
          4                | {'minimum':3,'exclusiveMinimum':true}                      | 3.1 4 'x' | 3 3.0 2
          4                | {'minimum':3,'exclusiveMinimum':false}                     | 3 3.5 | 2.9
          4                | {'exclusiveMinimum':true,'exclusiveMaximum':true}          | 0 -5 1e9 | ``
          4                | {'maximum':3,'exclusiveMaximum':true}                      | 2.9 -1 | 3 30e-1
          6 7 2019 2020    | {'minimum':3,'exclusiveMinimum':3}                         | 3.1 | 3 2
          6 7 2019 2020    | {'exclusiveMaximum':3}                                     | 2.9 'x' | 3 4
          4                | {'type':'integer'}                                         | 1 -3 12345678910111213141516171819202122 | 1.0 1.5 1e2 -0.0
          6 7 2019 2020    | {'type':'integer'}                                         | 1 1.0 1e2 -0.0 | 1.5 1e-1
          4                | {'type':'number','multipleOf':0.5}                         | 1e308 1.5 | 1.3
          4 6 7 2019 2020  | {'type':'integer','multipleOf':0.123456789}                | 0 | 1E+308 1
          4 6 7 2019 2020  | {'type':'integer','multipleOf':1e-8}                       | 12391239123 | 1.5
          4 6 7 2019 2020  | {'enum':[1]}                                               | 1 1.0 | true '1' 2
          4 6 7 2019 2020  | {'enum':[[false]]}                                         | [false] | [0] [0.0] false
          4 6 7 2019 2020  | {'maximum':18446744073709551615}                           | 18446744073709551600 18446744073709551615 | 18446744073709551616
          4                | {'maximum':972783798187987123879878123.18878137,'exclusiveMaximum':true} | 972783798187987123879878123.188781369 | 972783798187987123879878123.188781371
          # keywords that older drafts do not know
          4                | {'const':1}                                                | 1 2 'x' | ``
          4                | {'contains':{'type':'null'}}                               | [] [1] | ``
          4                | {'propertyNames':{'maxLength':1}}                          | {'long':1} | ``
          4                | {'$id':'http://x.y/a','type':'null'}                       | null | 1
          6 7 2019 2020    | {'const':{'a':[1.0]}}                                      | {'a':[1]} | {'a':[2]} {'a':[1],'b':1} {}
          6 7 2019 2020    | {'contains':{'type':'null'}}                               | [null] [1,null] 'x' | [] [1]
          6 7 2019 2020    | {'propertyNames':{'maxLength':1}}                          | {} {'a':1} | {'ab':1}
          4 6              | {'if':{'type':'integer'},'then':{'enum':[1]},'else':{'enum':[2]}} | 1 5 'x' | ``
          7 2019 2020      | {'if':{'type':'integer'},'then':{'enum':[1]},'else':{'enum':['y']}} | 1 'y' | 5 'x'
          7 2019 2020      | {'then':{'enum':[1]},'else':{'enum':[2]}}                  | 3 | ``
          4 6 7            | {'dependentRequired':{'a':['b']},'dependentSchemas':{'a':false}} | {'a':1} | ``
          2019 2020        | {'dependentRequired':{'a':['b']}}                          | {'a':1,'b':2} {'b':1} {} [] | {'a':1}
          2019 2020        | {'dependentSchemas':{'a':{'required':['b']},'c':false}}    | {'a':1,'b':2} {} | {'a':1} {'c':1}
          4 6 7 2019 2020  | {'dependencies':{'a':['b'],'c':{'maxProperties':1}}}       | {'a':1,'b':2} {'c':1} | {'a':1} {'c':1,'d':1}
          6 7              | {'dependencies':{'a':[],'b':true,'c':false}}               | {'a':1,'b':2} {} | {'c':1}
          4 6 7            | {'unevaluatedProperties':false,'unevaluatedItems':false}   | {'a':1} [1] | ``
          4 6 7            | {'contains':{'type':'null'},'minContains':2}               | [null] | ``
          4 6 7 2019       | {'prefixItems':[{'type':'null'}]}                          | [1] | ``
          2020             | {'prefixItems':[{'type':'null'}],'items':{'type':'string'}} | [] [null] [null,'x'] | [1] [null,1]
          # items
          4 6 7 2019       | {'items':[{'type':'null'}],'additionalItems':{'type':'string'}} | [] [null] [null,'x'] | ['x'] [null,1]
          4 6 7 2019       | {'items':[{'type':'null'}],'additionalItems':false}        | [] [null] {} | [null,1] [1]
          4 6 7 2019       | {'items':[{'type':'null'}]}                                | [null,1] | [1]
          4 6 7 2019       | {'additionalItems':false}                                  | [] [1,2] | ``
          4 6 7 2019       | {'items':{'type':'integer'},'additionalItems':false}       | [] [1,2] | ['x']
          6 7 2019         | {'items':[true,false]}                                     | [] [1] | [1,2]
          6 7 2019 2020    | {'items':false}                                            | [] 1 | [1]
          6 7 2019 2020    | {'items':true}                                             | [] [1] | ``
          # contains and its counts
          2019 2020        | {'contains':{'const':1},'minContains':0}                   | [] [2] [1,1] | ``
          2019 2020        | {'contains':{'const':1},'minContains':0,'maxContains':1}   | [] [2] [1] [1,2] | [1,1]
          2019 2020        | {'contains':{'const':1},'minContains':2}                   | [1,1] [1,2,1] | [] [1] [2,2]
          2019 2020        | {'contains':{'const':1},'minContains':2.0,'maxContains':2.0} | [1,1] | [1] [1,1,1]
          2019 2020        | {'minContains':2,'maxContains':1}                          | [] [1] [1,1,1] | ``
          2019 2020        | {'contains':{'if':false,'else':true}}                      | [1] | []
          # unevaluated
          2019             | {'items':[{'type':'string'}],'unevaluatedItems':false}     | [] ['a'] | ['a','b'] [1]
          2019             | {'items':[{'type':'string'}],'additionalItems':true,'unevaluatedItems':false} | ['a',1] | [1]
          2019             | {'items':{'type':'string'},'unevaluatedItems':false}       | ['a','b'] | [1]
          2019             | {'additionalItems':{'type':'number'},'unevaluatedItems':{'type':'string'}} | ['a','b'] [] | [1] ['a',1]
          2019             | {'allOf':[{'additionalItems':{'type':'number'}}],'unevaluatedItems':{'type':'string'}} | ['a'] | [1]
          2019             | {'allOf':[{'items':[true,{'type':'number'}]}],'items':[{'type':'string'}],'unevaluatedItems':false} | ['a',1] | ['a',1,2] ['a','b']
          2019             | {'items':[true],'anyOf':[{'items':[true,{'const':'b'}]},{'items':[true,true,{'const':'c'}]}],'unevaluatedItems':false} | ['a','b'] ['a','x'] ['a','x','c'] | ['a','b','d'] ['a','b','c','d']
          2019             | {'items':[true],'contains':{'const':1},'unevaluatedItems':false} | [1] | [1,1] [2] []
          2020             | {'prefixItems':[true],'contains':{'const':1},'unevaluatedItems':false} | [1] [2,1] [1,1] | [2,2] [1,2]
          2019 2020        | {'properties':{'a':true},'if':{'properties':{'b':{'const':1}},'required':['b']},'then':{'properties':{'c':true}},'unevaluatedProperties':false} | {'a':1,'b':1,'c':1} {'a':1} | {'b':2} {'c':1} {'a':1,'b':1,'d':1}
          2019 2020        | {'dependentSchemas':{'a':{'properties':{'b':true}}},'properties':{'a':true},'unevaluatedProperties':false} | {'a':1,'b':1} {} | {'b':1} {'a':1,'c':1}
          2019 2020        | {'not':{'not':{'properties':{'a':true}}},'unevaluatedProperties':false} | {} | {'a':1}
          2019 2020        | {'properties':{'x':{'unevaluatedProperties':false}},'additionalProperties':true,'unevaluatedProperties':false} | {'x':{},'y':1} | {'x':{'y':1}}
          2019 2020        | {'allOf':[{'properties':{'a':true},'unevaluatedProperties':true}],'unevaluatedProperties':false} | {'a':1,'b':2} | ``
          # parts of a resource that name a draft of their own
          7 2019 2020      | {'properties':{'a':{'$schema':'http://json-schema.org/draft-04/schema#','maximum':3,'exclusiveMaximum':true}}} | {'a':2.9} | {'a':3}
          2019 2020        | {'definitions':{'a':{'$schema':'http://json-schema.org/draft-04/schema','definitions':{'s':{'type':'string'}},'properties':{'x':{'$ref':'#/definitions/a/definitions/s','type':'array'}}}},'$ref':'#/definitions/a','required':['x']} | {'x':'y'} | {'x':[]} {}
          2019 2020        | {'definitions':{'a':{'$schema':'http://json-schema.org/draft-07/schema#','definitions':{'s':{'$ref':'#/definitions/t','type':'array'}}},'t':{'type':'string'}},'$ref':'#/definitions/a/definitions/s'} | 'y' | [] 1
          2019 2020        | {'$defs':{'a':{'$schema':'http://json-schema.org/draft-07/schema#','properties':{'x':{'$ref':'#/$defs/t'}}},'t':{'$ref':'#/$defs/u','maxLength':1},'u':{'type':'string'}},'$ref':'#/$defs/a'} | {'x':'y'} | {'x':'yy'} {'x':1}
          4 6 7            | {'properties':{'a':{'$schema':'https://json-schema.org/draft/2020-12/schema','prefixItems':[{'type':'null'}],'items':false}}} | {'a':[null]} {'a':[]} | {'a':[1]} {'a':[null,1]}
          2019 2020        | {'properties':{'a':{'$schema':'http://x.y/unknown','$ref':'#/$defs/s','maxLength':1}},'$defs':{'s':{'type':'string'}}} | {'a':'y'} | {'a':'yy'} {'a':1}
          2019 2020        | {'properties':{'a':{'$schema':{'type':'string'},'const':1}},'const':{'a':1}} | {'a':1} | {'a':2}
          # boolean and empty schemas
          4                | {'properties':{'a':{'not':{}}},'additionalProperties':false} | {} | {'a':1} {'b':1}
          4                | {'type':['array','object'],'additionalProperties':{'type':'null'}} | [] {'a':null} | {'a':1} 1
          6 7 2019 2020    | {'properties':{'a':false,'b':true}}                        | {} {'b':1} | {'a':1}
          6 7 2019 2020    | {'patternProperties':{'^a':true,'b$':false}}               | {'a':1} | {'ab':1} {'b':1}
          # formats
          4 6 7 2019 2020  | {'format':'ipv4'}                                          | '127.0.0.1' 1 null | '127.0.0.256' '127.1'
          4 6              | {'format':'hostname'}                                      | 'xn--4gbwdl.xn--wgbh1c' 'a-b.c' | '-a' 'a_b' ''
          4 6 7 2019 2020  | {'format':'unheard-of'}                                    | '' 'x' | ``
          """)
  void keywordsMeanWhatTheirDraftSays(String drafts, String schema, String valid, String invalid) {
    assertJudges(drafts, schema, valid, invalid);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # what stands beside $ref
          4 6 7      | {'properties':{'a':{'$ref':'#/definitions/s','maxItems':1}},'definitions':{'s':{'type':'array'}}} | {'a':[1,2]} | {'a':1}
          2019 2020  | {'properties':{'a':{'$ref':'#/definitions/s','maxItems':1}},'definitions':{'s':{'type':'array'}}} | {'a':[1]} | {'a':[1,2]} {'a':1}
          4          | {'id':'http://x.y/base/','definitions':{'f':{'id':'http://x.y/foo.json','type':'string'},'g':{'id':'foo.json','type':'number'}},'allOf':[{'id':'http://x.y/','$ref':'foo.json'}]} | 1 | 'a'
          6 7        | {'$id':'http://x.y/base/','definitions':{'f':{'$id':'http://x.y/foo.json','type':'string'},'g':{'$id':'foo.json','type':'number'}},'allOf':[{'$id':'http://x.y/','$ref':'foo.json'}]} | 1 | 'a'
          2019 2020  | {'$id':'http://x.y/base/','$defs':{'f':{'$id':'http://x.y/foo.json','type':'string'},'g':{'$id':'foo.json','type':'number'}},'allOf':[{'$id':'http://x.y/','$ref':'foo.json'}]} | 'a' | 1
          4 6 7 2019 2020 | {'properties':{'$ref':{'type':'string'}}}               | {'$ref':'#/x'} | {'$ref':2}
          4 6 7 2019 2020 | {'properties':{'$ref':{'$ref':'#/definitions/s'}},'definitions':{'s':{'type':'string'}}} | {'$ref':'a'} | {'$ref':2}
          # identifiers
          4          | {'id':'http://x.y/root.json','allOf':[{'$ref':'#/definitions/a/definitions/b'}],'definitions':{'a':{'id':'nested.json','definitions':{'b':{'$ref':'#/definitions/c'},'c':{'type':'null'}}},'c':{'type':'string'}}} | null | 'x'
          4          | {'id':'http://x.y/root.json','properties':{'a':{'$ref':'item.json'}},'definitions':{'i':{'id':'item.json','type':'null'}}} | {'a':null} | {'a':1}
          4          | {'allOf':[{'$ref':'#foo'}],'definitions':{'A':{'id':'#foo','type':'integer'}}} | 1 | 'x' 1.0
          4          | {'id':'http://x.y/root','allOf':[{'$ref':'http://x.y/nested#foo'}],'definitions':{'A':{'id':'nested','definitions':{'B':{'id':'#foo','type':'integer'}}}}} | 1 | 'x'
          4          | {'id':'http://x.y/n.json#foo','definitions':{'r':{'type':'null'}},'allOf':[{'$ref':'#/definitions/r'}]} | null | 1
          4          | {'properties':{'id':{'type':'string'},'$id':{'type':'null'}}} | {'id':'x','$id':null} | {'id':1} {'$id':1}
          4          | {'properties':{'id':{'id':'http://x.y/i','type':'null'}},'additionalProperties':{'$ref':'http://x.y/i'}} | {'id':null,'b':null} | {'b':1}
          4          | {'definitions':{'in_enum':{'enum':[{'id':'http://x.y/my','type':'null'}]},'real':{'id':'http://x.y/my','type':'string'}},'anyOf':[{'$ref':'#/definitions/in_enum'},{'$ref':'http://x.y/my'}]} | {'id':'http://x.y/my','type':'null'} 'text' | null 1
          6 7        | {'definitions':{'in_enum':{'const':{'$id':'http://x.y/my','type':'null'}},'real':{'$id':'http://x.y/my','type':'string'}},'anyOf':[{'$ref':'#/definitions/in_enum'},{'$ref':'http://x.y/my'}]} | {'$id':'http://x.y/my','type':'null'} 'text' | null 1
          6 7        | {'allOf':[{'$ref':'#foo'}],'definitions':{'A':{'$id':'#foo','type':'integer'}}} | 1 1.0 | 'x'
          2019 2020  | {'$ref':'#foo','$defs':{'A':{'$anchor':'foo','type':'integer'}}} | 1 | 'x'
          2019 2020  | {'$id':'http://x.y/a/b/c','properties':{'p':{'$ref':'../d'},'q':{'$ref':'../../../.././e'}},'$defs':{'d':{'$id':'http://x.y/a/d','type':'null'},'e':{'$id':'http://x.y/e','const':1}}} | {'p':null,'q':1} | {'p':1} {'q':null}
          # $dynamicRef is a $ref unless what it names at first is a dynamic anchor
          2020       | {'$id':'http://x.y/r','$ref':'list','$defs':{'s':{'$dynamicAnchor':'of','type':'string'},'l':{'$id':'list','items':{'$dynamicRef':'#of'},'$defs':{'any':{'$anchor':'of'}}}}} | ['a'] [1] | ``
          2020       | {'$id':'http://x.y/r','$ref':'list','$defs':{'s':{'$dynamicAnchor':'of','type':'string'},'l':{'$id':'list','items':{'$dynamicRef':'#of'},'$defs':{'any':{'$dynamicAnchor':'of'}}}}} | ['a'] | [1]
          2020       | {'$id':'http://x.y/r','$ref':'list','$defs':{'s':{'$anchor':'of','type':'string'},'l':{'$id':'list','items':{'$dynamicRef':'#of'},'$defs':{'any':{'$dynamicAnchor':'of'}}}}} | ['a'] [1] | ``
          # a property may have the name of a keyword that only tells people something
          2019 2020  | {'properties':{'title':{'$anchor':'t','type':'integer'},'a':{'$ref':'#t'}}} | {'a':1} | {'a':'x'}
          6 7        | {'properties':{'default':{'$id':'#t','type':'integer'},'a':{'$ref':'#t'}}} | {'a':1} | {'a':'x'}
          4          | {'properties':{'description':{'properties':{'id':{'id':'#t','type':'integer'}}},'a':{'$ref':'#t'}}} | {'a':1} | {'a':'x'}
          2019 2020  | {'$id':'http://x.y/root','$ref':'http://x.y/nested.json#foo','$defs':{'A':{'$id':'nested.json','$defs':{'B':{'$anchor':'foo','type':'integer'}}}}} | 1 | 'x'
          4 6 7 2019 2020 | {'definitions':{'a':{'definitions':{'b':{'type':'integer'}}}},'allOf':[{'$ref':'#/definitions/a/definitions/b'}]} | 1 | 'x'
          4 6 7 2019 2020 | {'properties':{'a':{'$ref':'#/unknown/x'}},'unknown':{'x':{'type':'integer'}}} | {'a':1} | {'a':'x'}
          4          | {'definitions':{'u':{'not':{'later':{'id':'http://x.y/u','type':'null'}}},'s':{'id':'http://x.y/u','type':'string'}},'properties':{'a':{'$ref':'http://x.y/u'}}} | {'a':'x'} | {'a':null}
          6 7 2019 2020 | {'definitions':{'u':{'later':{'$id':'http://x.y/u','type':'null'}},'s':{'$id':'http://x.y/u','type':'string'}},'properties':{'a':{'$ref':'http://x.y/u'}}} | {'a':'x'} | {'a':null}
          4 6 7 2019 2020 | {'definitions':{'':{'definitions':{'':{'type':'number'}}}},'allOf':[{'$ref':'#/definitions//definitions/'}]} | 1 | '1'
          4 6 7 2019 2020 | {'definitions':{'a/b~c%d':{'type':'null'}},'allOf':[{'$ref':'#/definitions/a~1b~0c%25d'}]} | null | 1
          4          | {'definitions':{'app':{'id':'schemata/app','definitions':{'n':{'type':'null'}},'properties':{'n':{'$ref':'#/definitions/app/definitions/n'}}}},'properties':{'app':{'$ref':'#/definitions/app'}}} | {'app':{'n':null}} | {'app':{'n':1}}
          4          | {'id':'urn:uuid:deadbeef-1234-0000-0000-4321feebdaed','properties':{'a':{'$ref':'urn:uuid:deadbeef-1234-0000-0000-4321feebdaed#/definitions/b'}},'definitions':{'b':{'type':'string'}}} | {'a':'x'} | {'a':1}
          """)
  void referencesLeadWhereTheirDraftSays(
      String drafts, String schema, String valid, String invalid) {
    assertJudges(drafts, schema, valid, invalid);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          # without an anchor it is a $ref
          {'properties':{'f':{'$recursiveRef':'#'}},'additionalProperties':false} | {'f':false} {'f':{'f':1}} | {'b':1} {'f':{'b':1}}
          {'$id':'http://x.y/s','$defs':{'o':{'$id':'o','anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | 1 'x' {'f':'x'} {'f':{'b':'x'}} | {'f':1} {'f':{'b':1}}
          {'$id':'http://x.y/s','$recursiveAnchor':true,'$defs':{'o':{'$id':'o','anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | 1 {'f':'x'} | {'f':1}
          {'$id':'http://x.y/s','$recursiveAnchor':true,'$defs':{'o':{'$id':'o','$recursiveAnchor':false,'anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | 1 {'f':'x'} | {'f':1}
          # with one in the target alone, the target is the outermost
          {'$id':'http://x.y/s','$defs':{'o':{'$id':'o','$recursiveAnchor':true,'anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | 1 {'f':'x'} | {'f':1} {'f':{'b':1}}
          {'$id':'http://x.y/s','$recursiveAnchor':false,'$defs':{'o':{'$id':'o','$recursiveAnchor':true,'anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | {'f':'x'} | {'f':1}
          # with both it is the outer one
          {'$id':'http://x.y/s','$recursiveAnchor':true,'$defs':{'o':{'$id':'o','$recursiveAnchor':true,'anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | 1 {'f':1} {'f':{'b':1}} | true {'f':true} {'f':{'b':true}}
          # an anchor that is not at a resource's root is none
          {'$id':'http://x.y/s','$recursiveAnchor':true,'$defs':{'o':{'$id':'o','not':{'$recursiveAnchor':true,'type':'null'},'anyOf':[{'type':'string'},{'type':'object','additionalProperties':{'$recursiveRef':'#'}}]}},'anyOf':[{'type':'integer'},{'$ref':'o'}]} | {'f':'x'} | {'f':1}
          # a resource between without an anchor is passed over
          {'$id':'http://x.y/s','$recursiveAnchor':true,'type':['object','integer'],'$ref':'m','$defs':{'m':{'$id':'m','$ref':'o'},'o':{'$id':'o','$recursiveAnchor':true,'additionalProperties':{'$recursiveRef':'#'}}}} | 1 {'f':1} {'f':{'g':{}}} | 'x' {'f':'x'} {'f':{'g':null}}
          # the way decides
          {'$id':'http://x.y/main','$defs':{'inner':{'$id':'inner','$recursiveAnchor':true,'additionalProperties':{'$recursiveRef':'#'}}},'if':{'propertyNames':{'pattern':'^[a-m]'}},'then':{'$id':'any','$recursiveAnchor':true,'$ref':'inner'},'else':{'$id':'int','$recursiveAnchor':true,'type':['object','integer'],'$ref':'inner'}} | {'a':1.1} {'n':1} | {'n':1.1}
          {'$id':'http://x.y/main','$defs':{'inner':{'$id':'inner','$recursiveAnchor':true,'additionalProperties':{'$recursiveRef':'#'}}},'anyOf':[{'$id':'int','$recursiveAnchor':true,'type':['object','integer'],'$ref':'inner'},{'$id':'str','$recursiveAnchor':true,'type':['object','string'],'$ref':'inner'}]} | {'a':1} {'a':{'b':1}} {'a':'x','b':'y'} | {'a':1,'b':'x'} {'a':null}
          # what it evaluates
          {'$id':'http://x.y/ext','$recursiveAnchor':true,'$ref':'./tree','properties':{'name':{'type':'string'}},'$defs':{'tree':{'$id':'./tree','$recursiveAnchor':true,'type':'object','properties':{'node':true,'branches':{'unevaluatedProperties':false,'$recursiveRef':'#'}},'required':['node']}}} | {'name':'a','node':1,'branches':{'name':'b','node':2}} | {'name':'a','node':1,'branches':{'foo':'b','node':2}} {'branches':{'node':1}}
          {'$id':'http://x.y/ext','$recursiveAnchor':true,'$ref':'./tree','items':[true,true,{'type':'string'}],'$defs':{'tree':{'$id':'./tree','$recursiveAnchor':true,'type':'array','items':[{'type':'number'},{'unevaluatedItems':false,'$recursiveRef':'#'}]}}} | [1,[2,[],'b'],'a'] [1] | [1,[2,[],'b','c'],'a'] [1,[2,[],3]]
          """)
  void recursiveReferencesLeadToTheOutermostAnchor(String schema, String valid, String invalid) {
    assertJudges("2019", schema, valid, invalid);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          4    | {'$ref':'http://json-schema.org/draft-04/schema#'}  | {} {'minLength':1} {'definitions':{'f':{'type':'integer'}}} {'minimum':1,'exclusiveMinimum':true} | true {'minLength':-1} {'definitions':{'f':{'type':1}}} {'exclusiveMinimum':1} {'exclusiveMinimum':true} {'required':[]}
          6    | {'$ref':'http://json-schema.org/draft-06/schema#'}  | true {'minLength':1} {'definitions':{'f':{'type':'integer'}}} {'exclusiveMinimum':1} {'required':[]} | {'minLength':-1} {'definitions':{'f':{'type':1}}} {'exclusiveMinimum':true}
          7    | {'$ref':'http://json-schema.org/draft-07/schema#'}  | false {'if':true} {'definitions':{'f':{'type':'integer'}}} | {'if':1} {'definitions':{'f':{'type':1}}}
          2019 | {'$ref':'https://json-schema.org/draft/2019-09/schema'} | true {'$defs':{'f':{'type':'integer'}}} {'$recursiveAnchor':true} {'items':[{}]} | {'minLength':-1} {'$defs':{'f':{'type':1}}} {'$recursiveAnchor':1} {'items':[1]} {'properties':{'a':{'items':{'not':{'minContains':-1}}}}}
          2020 | {'$ref':'https://json-schema.org/draft/2020-12/schema'} | true {'$defs':{'f':{'type':'integer'}}} {'prefixItems':[{}]} | {'minLength':-1} {'$defs':{'f':{'type':1}}} {'items':[{}]} {'properties':{'a':{'items':{'not':{'minContains':-1}}}}}
          # metaschemas of other drafts, documents and resources in dialects of their own
          2020 | {'$ref':'http://json-schema.org/draft-04/schema#'}  | {'minLength':1} | true {'minLength':-1} {'exclusiveMinimum':1}
          4    | {'$ref':'http://json-schema.org/draft-07/schema'}   | true {'if':{}} | {'if':1}
          4    | {'$ref':'https://json-schema.org/draft/2019-09/schema'} | true {'$defs':{'f':{'type':'integer'}}} | {'$defs':{'f':{'type':1}}}
          2019 | {'$schema':'http://x.y/no-validation','properties':{'bad':false,'n':{'minimum':10,'minItems':1,'required':['x'],'unevaluatedProperties':false}}} | {'n':20} {'n':1} {'n':[]} {'n':{}} | {'bad':1} {'n':{'x':1}}
          2019 | {'$schema':'http://x.y/own-vocabulary','type':'number','properties':{'a':false}} | 20 | 'x'
          2019 2020 | {'$ref':'http://x.y/seven'}                        | {'a':1} ['x'] | [1] ['x','y']
          6 7 2019 2020 | {'$ref':'http://x.y/four'}                     | 3.5 4 'x' | 3 1
          4 6 7 | {'$ref':'http://x.y/silent'}                           | {'a':1} [1] | ``
          2019  | {'$ref':'http://x.y/silent'}                           | {'a':1,'b':1} [1] | {'a':1}
          2020  | {'$ref':'http://x.y/silent'}                           | {'a':1,'b':1} [null] | {'a':1} [1]
          2020  | {'$id':'http://x.y/root','$ref':'old','$defs':{'o':{'$id':'old','$schema':'http://json-schema.org/draft-07/schema#','items':[{'$ref':'#/definitions/s','maxLength':1}],'definitions':{'s':{'type':'string'}}}}} | ['long'] | [1]
          2020  | {'$id':'http://x.y/root','$ref':'old','$defs':{'o':{'id':'old','$schema':'http://json-schema.org/draft-04/schema#','minimum':1,'exclusiveMinimum':true}}} | 2 | 1
          7     | {'$id':'http://x.y/root','allOf':[{'$ref':'new'}],'definitions':{'n':{'$id':'new','$schema':'https://json-schema.org/draft/2020-12/schema','prefixItems':[{'$ref':'#/$defs/s','maxLength':1}],'$defs':{'s':{'type':'string'}}}}} | ['x'] | ['long'] [1]
          2019  | {'$id':'http://x.y/root','$ref':'new','$defs':{'n':{'$id':'new','$schema':'https://json-schema.org/draft/2020-12/schema','prefixItems':[{'type':'null'}]}},'prefixItems':[false]} | [null] [] | [1]
          7     | {'$id':'http://x.y/root','allOf':[{'$ref':'new'}],'definitions':{'n':{'$id':'new','$schema':'https://json-schema.org/draft/2020-12/schema','prefixItems':[{'$anchor':'a','type':'null'}],'items':{'$ref':'#a'}}}} | [null,null] | [null,1] [1]
          # beside the schema's own URI
          2020  | {'$schema':'http://json-schema.org/draft-04/schema','minimum':3,'exclusiveMinimum':true} | 4 | 3
          2020  | {'$schema':'http://json-schema.org/draft-06/schema','const':1} | 1 | 2
          4     | {'$schema':'https://json-schema.org/draft/2020-12/schema#','prefixItems':[{'type':'null'}]} | [null] | [1]
          4     | {'$schema':'http://json-schema.org/schema#','const':1}     | 1 | 2
          """)
  void everyResourceSpeaksItsOwnDialect(
      String drafts, String schema, String valid, String invalid) {
    assertJudges(drafts, schema, valid, invalid);
  }

  @Test
  void whatADialectCannotSayIsAnError() {
    assertThatThrownBy(() -> compile("6", "{'exclusiveMinimum':true}"))
        .hasMessageContaining("exclusiveMinimum");
    assertThatThrownBy(() -> compile("4", "{'exclusiveMinimum':1}"))
        .hasMessageContaining("exclusiveMinimum");
    assertThatThrownBy(() -> compile("2020", "{'items':[{}]}")).hasMessageContaining("prefixItems");
    assertThatThrownBy(() -> compile("4", "{'id':'http://x.y/','$ref':'#/definitions/n'}"))
        .hasMessageContaining("leads nowhere");
    assertThatThrownBy(() -> compile("2019", "{'$schema':'http://x.y/own-required'}"))
        .hasMessageContaining("vocab/custom");
    assertThatThrownBy(
            () ->
                compile("2019", "{'type':'array','contains':{'const':1},'unevaluatedItems':false}"))
        .as("contained items are not evaluated yet")
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("no value");
  }
}
