// Emoji by group, in the order of Unicode: emoji, name, names between colons, further words; one a line. Made by
// scripts/emoji.mjs from emojibase-data 17.0.0 (MIT, © Miles Johnson); over 300 lines because it is a table.
export const EMOJI_DATA = {
  smileys: `😀|grinning face|grinning grinning_face|cheerful cheery grin happy laugh
😃|grinning face with big eyes|smiley grinning_face_with_big_eyes|awesome grin happy mouth open
😄|grinning face with smiling eyes|smile grinning_face_with_closed_eyes|eye grin happy laugh lol
😁|beaming face with smiling eyes|grin beaming_face|eye grinning happy nice smile
😆|grinning squinting face|laughing satisfied|closed eyes haha hahaha happy
😅|grinning face with sweat|sweat_smile grinning_face_with_sweat|cold dejected excited mouth nervous
🤣|rolling on the floor laughing|rofl|crying face funny haha happy
😂|face with tears of joy|joy lmao|crying feels funny haha happy
🙂|slightly smiling face|slightly_smiling_face|happy smile
🙃|upside-down face|upside_down_face|hehe smile upside-down
🫠|melting face|melting_face melt|disappear dissolve embarrassed haha heat
😉|winking face|wink winking_face|flirt heartbreaker sexy slide tease
😊|smiling face with smiling eyes|blush smiling_face_with_closed_eyes|eye glad satisfied smile
😇|smiling face with halo|innocent halo|angel angelic angels blessed fairy
🥰|smiling face with hearts|smiling_face_with_three_hearts smiling_face_with_3_hearts|adore crush heart ily love
😍|smiling face with heart-eyes|heart_eyes smiling_face_with_heart_eyes|143 bae eye feels heart-eyes
🤩|star-struck|star_struck|excited eyes face grinning smile
😘|face blowing a kiss|kissing_heart blowing_a_kiss|adorbs bae flirt ily love
😗|kissing face|kissing kissing_face|143 date dating flirt ily
☺️|smiling face|relaxed smiling_face|happy outlined smile
😚|kissing face with closed eyes|kissing_closed_eyes kissing_face_with_closed_eyes|143 bae blush date dating
😙|kissing face with smiling eyes|kissing_smiling_eyes kissing_face_with_smiling_eyes|143 closed date dating eye
🥲|smiling face with tear|smiling_face_with_tear|glad grateful happy joy pain
😋|face savoring food|yum savoring_food|delicious eat full hungry savor
😛|face with tongue|stuck_out_tongue face_with_tongue|awesome cool nice party stuck-out
😜|winking face with tongue|stuck_out_tongue_winking_eye|crazy epic funny joke loopy
🤪|zany face|zany_face zany|crazy eye eyes goofy large
😝|squinting face with tongue|stuck_out_tongue_closed_eyes|eye gross horrible omg stuck-out
🤑|money-mouth face|money_mouth_face|money-mouth paid
🤗|smiling face with open hands|hugs hug|hugging
🤭|face with hand over mouth|hand_over_mouth face_with_hand_over_mouth|giggle giggling oops realization secret
🫢|face with open eyes and hand over mouth|face_with_open_eyes_and_hand_over_mouth face_with_open_eyes_hand_over_mouth|amazement awe disbelief embarrass gasp
🫣|face with peeking eye|face_with_peeking_eye peek|captivated embarrass hide hiding peep
🤫|shushing face|shushing_face shush|quiet shh
🤔|thinking face|thinking thinking_face|chin consider hmm ponder pondering
🫡|saluting face|saluting_face salute|good luck ma’am ok respect
🤐|zipper-mouth face|zipper_mouth_face zipper_mouth|keep quiet secret shut zip
🤨|face with raised eyebrow|raised_eyebrow face_with_raised_eyebrow|disapproval disbelief distrust emoji hmm
😐|neutral face|neutral_face neutral|awkward blank deadpan expressionless fine
😑|expressionless face|expressionless expressionless_face|awkward dead fine inexpressive jealous
😶|face without mouth|no_mouth|awkward blank expressionless mouthless mute
🫥|dotted line face|dotted_line_face|depressed disappear hidden hide introvert
😶‍🌫️|face in clouds|face_in_clouds in_clouds|absentminded fog head
😏|smirking face|smirk smirking|boss dapper flirt homie kidding
😒|unamused face|unamused unamused_face|... bored fine jealous jel
🙄|face with rolling eyes|roll_eyes rolling_eyes|eyeroll shade ugh whatever
😬|grimacing face|grimacing grimacing_face|awk awkward dentist grimace grinning
😮‍💨|face exhaling|face_exhaling exhale|blow blowing exhausted gasp groan
🤥|lying face|lying_face lying|liar lie pinocchio
🫨|shaking face|shaking_face shaking|crazy daze earthquake omg panic
🙂‍↔️|head shaking horizontally|head_shaking_horizontally|no shake
🙂‍↕️|head shaking vertically|head_shaking_vertically|nod yes
😌|relieved face|relieved relieved_face|calm peace relief zen
😔|pensive face|pensive pensive_face|awful bored dejected died disappointed
😪|sleepy face|sleepy sleepy_face|crying good night sad sleep
🤤|drooling face|drooling_face drooling
😴|sleeping face|sleeping sleeping_face|bed bedtime good goodnight nap
🫩|face with bags under eyes|face_with_eye_bags|bored exhausted fatigued late sleepy
😷|face with medical mask|mask medical_mask|cold dentist dermatologist doctor dr
🤒|face with thermometer|face_with_thermometer|ill sick
🤕|face with head-bandage|face_with_head_bandage|head-bandage hurt injury ouch
🤢|nauseated face|nauseated_face nauseated|gross nasty sick vomit
🤮|face vomiting|vomiting_face face_vomiting|barf ew gross puke sick
🤧|sneezing face|sneezing_face sneezing|fever flu gesundheit sick sneeze
🥵|hot face|hot_face hot|dying feverish heat panting red-faced
🥶|cold face|cold_face cold|blue blue-faced freezing frostbite icicles
🥴|woozy face|woozy_face woozy|dizzy drunk eyes intoxicated mouth
😵|face with crossed-out eyes|dizzy_face knocked_out|crossed-out dead feels sick tired
😵‍💫|face with spiral eyes|face_with_spiral_eyes dizzy_eyes|confused hypnotized omg smiley trouble
🤯|exploding head|exploding_head|blown explode mind mindblown no
🤠|cowboy hat face|cowboy_hat_face cowboy|cowgirl
🥳|partying face|partying_face hooray|bday birthday celebrate celebration excited
🥸|disguised face|disguised_face disguised|disguise eyebrow glasses incognito moustache
😎|smiling face with sunglasses|sunglasses smiling_face_with_sunglasses|awesome beach bright bro chilling
🤓|nerd face|nerd_face nerd|brainy clever expert geek gifted
🧐|face with monocle|monocle_face face_with_monocle|classy fancy rich stuffy wealthy
😕|confused face|confused confused_face|befuddled confusing dunno frown hm
🫤|face with diagonal mouth|face_with_diagonal_mouth|confused confusion disappointed doubt doubtful
😟|worried face|worried worried_face|anxious butterflies nerves nervous sad
🙁|slightly frowning face|slightly_frowning_face|frown sad
☹️|frowning face|frowning_face white_frowning_face|frown sad
😮|face with open mouth|open_mouth face_with_open_mouth|believe forgot omg shocked surprised
😯|hushed face|hushed hushed_face|epic omg stunned surprised whoa
😲|astonished face|astonished astonished_face|cost no omg shocked totally
😳|flushed face|flushed flushed_face|amazed awkward crazy dazed dead
🫪|distorted face|distorted_face|anxiety bloated panic shocked surprised
🥺|pleading face|pleading_face pleading|begging big eyes mercy not
🥹|face holding back tears|face_holding_back_tears watery_eyes|admiration aww cry embarrassed feelings
😦|frowning face with open mouth|frowning frowning_face|caught frown guard scared scary
😧|anguished face|anguished anguished_face|forgot scared scary stressed surprise
😨|fearful face|fearful fearful_face|afraid anxious blame fear scared
😰|anxious face with sweat|cold_sweat anxious|blue eek mouth nervous open
😥|sad but relieved face|disappointed_relieved sad_relieved_face|anxious call close complicated not
😢|crying face|cry crying_face|awful feels miss sad tear
😭|loudly crying face|sob loudly_crying_face|bawling cry sad tear tears
😱|face screaming in fear|scream screaming_in_fear|epic fearful munch scared screamer
😖|confounded face|confounded confounded_face|annoyed confused cringe distraught feels
😣|persevering face|persevere persevering_face|concentrate concentration focus headache
😞|disappointed face|disappointed disappointed_face|awful blame dejected fail losing
😓|downcast face with sweat|sweat downcast_face|close cold feels headache nervous
😩|weary face|weary weary_face|crying fail feels hungry mad
😫|tired face|tired_face tired|cost feels nap sad sneeze
🥱|yawning face|yawning_face yawn|bedtime bored goodnight nap night
😤|face with steam from nose|triumph nose_steam|anger angry feels fume fuming
😡|enraged face|pout rage|anger angry feels mad maddening
😠|angry face|angry angry_face|anger blame feels frustrated mad
🤬|face with symbols on mouth|cursing_face censored|censor cussing mad pissed swearing
😈|smiling face with horns|smiling_imp|demon devil evil fairy fairytale
👿|angry face with horns|imp angry_imp|demon devil evil fairy fairytale
💀|skull|skull|body dead death face fairy
☠️|skull and crossbones|skull_and_crossbones|bone dead death face monster
💩|pile of poo|hankey poop|bs comic doo dung face
🤡|clown face|clown_face clown
👹|ogre|japanese_ogre ogre|creature devil face fairy fairytale
👺|goblin|japanese_goblin goblin|angry creature face fairy fairytale
👻|ghost|ghost|boo creature excited face fairy
👽|alien|alien|creature extraterrestrial face fairy fairytale
👾|alien monster|space_invader alien_monster|creature extraterrestrial face fairy fairytale
🤖|robot|robot robot_face|monster
😺|grinning cat|smiley_cat grinning_cat|animal face mouth open smile
😸|grinning cat with smiling eyes|smile_cat grinning_cat_with_closed_eyes|animal eye face grin
😹|cat with tears of joy|joy_cat tears_of_joy_cat|animal face laugh laughing lol
😻|smiling cat with heart-eyes|heart_eyes_cat smiling_cat_with_heart_eyes|animal eye face heart-eyes love
😼|cat with wry smile|smirk_cat wry_smile_cat|animal face ironic
😽|kissing cat|kissing_cat|animal closed eye eyes face
🙀|weary cat|scream_cat weary_cat|animal face oh surprised
😿|crying cat|crying_cat_face crying_cat|animal cry sad tear
😾|pouting cat|pouting_cat|animal face
🙈|see-no-evil monkey|see_no_evil|embarrassed face forbidden forgot gesture
🙉|hear-no-evil monkey|hear_no_evil|animal ears face forbidden gesture
🙊|speak-no-evil monkey|speak_no_evil|animal face forbidden gesture not
💌|love letter|love_letter|heart mail romance valentine
💘|heart with arrow|cupid heart_with_arrow|143 adorbs date emotion ily
💝|heart with ribbon|gift_heart heart_with_ribbon|143 anniversary emotion ily kisses
💖|sparkling heart|sparkling_heart|143 emotion excited good ily
💗|growing heart|heartpulse growing_heart|143 emotion excited ily kisses
💓|beating heart|heartbeat beating_heart|143 cardio emotion ily love
💞|revolving hearts|revolving_hearts|143 adorbs anniversary emotion heart
💕|two hearts|two_hearts|143 anniversary date dating emotion
💟|heart decoration|heart_decoration|143 emotion hearth purple white
❣️|heart exclamation|heavy_heart_exclamation heart_exclamation|mark punctuation
💔|broken heart|broken_heart|break crushed emotion heartbroken lonely
❤️‍🔥|heart on fire|heart_on_fire|burn love lust sacred
❤️‍🩹|mending heart|mending_heart|healthier improving recovering recuperating well
❤️|red heart|heart red_heart|emotion love
🩷|pink heart|pink_heart|143 adorable cute emotion ily
🧡|orange heart|orange_heart|143
💛|yellow heart|yellow_heart|143 cardiac emotion ily love
💚|green heart|green_heart|143 emotion ily love romantic
💙|blue heart|blue_heart|143 emotion ily love romance
🩵|light blue heart|light_blue_heart|143 cute cyan emotion ily
💜|purple heart|purple_heart|143 bestest emotion ily love
🤎|brown heart|brown_heart|143
🖤|black heart|black_heart|evil wicked
🩶|grey heart|grey_heart gray_heart|143 emotion ily love silver
🤍|white heart|white_heart|143
💋|kiss mark|kiss|dating emotion heart kissing lips
💯|hundred points|100|a+ agree clearly definitely faithful
💢|anger symbol|anger|angry comic mad upset
🫯|fight cloud|fight_cloud|argument brawl debate disagreement ruckus
💥|collision|boom collision|bomb collide comic explode
💫|dizzy|dizzy|comic shining shooting star stars
💦|sweat droplets|sweat_drops|comic drip droplet splashing squirt
💨|dashing away|dash dashing_away|cloud comic fart fast go
🕳️|hole|hole
💬|speech balloon|speech_balloon|bubble comic dialog message sms
👁️‍🗨️|eye in speech bubble|eye_speech_bubble eye_in_speech_bubble|balloon witness
🗨️|left speech bubble|left_speech_bubble|balloon dialog
🗯️|right anger bubble|right_anger_bubble|angry balloon mad
💭|thought balloon|thought_balloon|bubble cartoon cloud comic daydream
💤|ZZZ|zzz|comic good goodnight night sleep`,
  people: `👋|waving hand|wave waving_hand|bye cya g2g greetings gtg
🤚|raised back of hand|raised_back_of_hand|backhand
🖐️|hand with fingers splayed|raised_hand_with_fingers_splayed|finger stop
✋|raised hand|hand raised_hand|5 five high stop
🖖|vulcan salute|vulcan_salute vulcan|finger hand hands
🫱|rightwards hand|rightwards_hand|handshake hold reach right rightward
🫲|leftwards hand|leftwards_hand|handshake hold left leftward reach
🫳|palm down hand|palm_down_hand palm_down|dismiss drop dropped pick shoo
🫴|palm up hand|palm_up_hand palm_up|beckon catch come hold know
🫷|leftwards pushing hand|leftwards_pushing_hand|block five halt high hold
🫸|rightwards pushing hand|rightwards_pushing_hand|block five halt high hold
👌|OK hand|ok_hand|awesome bet dope fleek fosho
🤌|pinched fingers|pinched_fingers pinch|gesture hand hold huh interrogation
🤏|pinching hand|pinching_hand|amount bit fingers little small
✌️|victory hand|v victory|peace
🤞|crossed fingers|crossed_fingers fingers_crossed|cross finger hand luck
🫰|hand with index finger and thumb crossed|hand_with_index_finger_and_thumb_crossed|<3 expensive heart love money
🤟|love-you gesture|love_you_gesture|fingers hand ily love-you three
🤘|sign of the horns|metal sign_of_the_horns|finger hand rock-on
🤙|call me hand|call_me_hand|hang loose shaka
👈|backhand index pointing left|point_left|finger hand
👉|backhand index pointing right|point_right|finger hand
👆|backhand index pointing up|point_up_2 point_up|finger hand
🖕|middle finger|fu middle_finger|hand
👇|backhand index pointing down|point_down|finger hand
☝️|index pointing up|point_up point_up_2|finger hand this
🫵|index pointing at the viewer|index_pointing_at_the_viewer point_forward|finger hand poke you
👍|thumbs up|+1 thumbsup|good hand like thumb yes
👎|thumbs down|-1 thumbsdown|-1 bad dislike good hand
✊|raised fist|fist fist_raised|clenched hand punch solidarity
👊|oncoming fist|facepunch fist_oncoming|absolutely agree boom bro bruh
🤛|left-facing fist|fist_left left_facing_fist|left-facing leftwards
🤜|right-facing fist|fist_right right_facing_fist|right-facing rightwards
👏|clapping hands|clap clapping_hands|applause approval awesome congrats congratulations
🙌|raising hands|raised_hands|celebration gesture hand hooray praise
🫶|heart hands|heart_hands|<3 love you
👐|open hands|open_hands|hand hug jazz swerve
🤲|palms up together|palms_up_together|cupped dua hands pray prayer
🤝|handshake|handshake|agreement deal hand meeting shake
🙏|folded hands|pray folded_hands|appreciate ask beg blessed bow
✍️|writing hand|writing_hand|write
💅|nail polish|nail_care nail_polish|bored cosmetics done makeup manicure
🤳|selfie|selfie|camera phone
💪|flexed biceps|muscle right_bicep|arm beast bench bodybuilder bro
🦾|mechanical arm|mechanical_arm|accessibility prosthetic
🦿|mechanical leg|mechanical_leg|accessibility prosthetic
🦵|leg|leg|bent foot kick knee limb
🦶|foot|foot|ankle feet kick stomp
👂|ear|ear|body ears hear hearing listen
🦻|ear with hearing aid|ear_with_hearing_aid hearing_aid|accessibility hard
👃|nose|nose|body noses nosey odor smell
🧠|brain|brain|intelligent smart
🫀|anatomical heart|anatomical_heart|beat cardiology heartbeat organ pulse
🫁|lungs|lungs|breath breathe exhalation inhalation lung
🦷|tooth|tooth|dentist pearly teeth white
🦴|bone|bone|bones dog skeleton wishbone
👀|eyes|eyes|body eye face googly look
👁️|eye|eye|1 body one
👅|tongue|tongue|body lick slurp
👄|mouth|lips mouth|beauty body kiss kissing lipstick
🫦|biting lip|biting_lip|anxious bite fear flirt flirting
👶|baby|baby|babies children goo infant newborn
🧒|child|child|bright-eyed grandchild kid young younger
👦|boy|boy|bright-eyed child grandson kid son
👧|girl|girl|bright-eyed child daughter granddaughter kid
🧑|person|adult
👱|person: blond hair|blond_haired_person blond_haired|blond-haired human
👨|man|man|adult bro
🧔|person: beard|bearded_person person_bearded|whiskers
🧔‍♂️|man: beard|man_beard man_bearded|whiskers
🧔‍♀️|woman: beard|woman_beard woman_bearded|whiskers
👨‍🦰|man: red hair|red_haired_man man_red_haired|adult bro red hair
👨‍🦱|man: curly hair|curly_haired_man man_curly_haired|adult bro curly hair
👨‍🦳|man: white hair|white_haired_man man_white_haired|adult bro white hair
👨‍🦲|man: bald|bald_man man_bald|adult bro
👩|woman|woman|adult lady
👩‍🦰|woman: red hair|red_haired_woman woman_red_haired|adult lady red hair
🧑‍🦰|person: red hair|person_red_hair red_haired|adult red hair
👩‍🦱|woman: curly hair|curly_haired_woman woman_curly_haired|adult curly hair lady
🧑‍🦱|person: curly hair|person_curly_hair curly_haired|adult curly hair
👩‍🦳|woman: white hair|white_haired_woman woman_white_haired|adult lady white hair
🧑‍🦳|person: white hair|person_white_hair white_haired|adult white hair
👩‍🦲|woman: bald|bald_woman woman_bald|adult lady
🧑‍🦲|person: bald|person_bald bald|adult
👱‍♀️|woman: blond hair|blond_haired_woman blonde_woman|blond-haired
👱‍♂️|man: blond hair|blond_haired_man man_blond_haired|blond-haired
🧓|older person|older_adult|elderly grandparent old wise
👴|old man|older_man|adult bald elderly gramps grandfather
👵|old woman|older_woman|adult elderly grandma grandmother granny
🙍|person frowning|frowning_person person_frowning|annoyed disappointed disgruntled disturbed frown
🙍‍♂️|man frowning|frowning_man man_frowning|annoyed disappointed disgruntled disturbed frown
🙍‍♀️|woman frowning|frowning_woman woman_frowning|annoyed disappointed disgruntled disturbed frown
🙎|person pouting|pouting_face person_pouting|disappointed downtrodden frown grimace scowl
🙎‍♂️|man pouting|pouting_man man_pouting|disappointed downtrodden frown grimace scowl
🙎‍♀️|woman pouting|pouting_woman woman_pouting|disappointed downtrodden frown grimace scowl
🙅|person gesturing NO|no_good person_gesturing_no|forbidden gesture hand not prohibit
🙅‍♂️|man gesturing NO|ng_man no_good_man|forbidden gesture hand not prohibit
🙅‍♀️|woman gesturing NO|ng_woman no_good_woman|forbidden gesture hand not prohibit
🙆|person gesturing OK|ok_person all_good|exercise gesture hand omg
🙆‍♂️|man gesturing OK|ok_man man_gesturing_ok|exercise gesture hand omg
🙆‍♀️|woman gesturing OK|ok_woman woman_gesturing_ok|exercise gesture hand omg
💁|person tipping hand|information_desk_person tipping_hand_person|fetch flick flip gossip sarcasm
💁‍♂️|man tipping hand|sassy_man tipping_hand_man|fetch flick flip gossip sarcasm
💁‍♀️|woman tipping hand|sassy_woman tipping_hand_woman|fetch flick flip gossip sarcasm
🙋|person raising hand|raising_hand person_raising_hand|gesture here know me pick
🙋‍♂️|man raising hand|raising_hand_man man_raising_hand|gesture here know me pick
🙋‍♀️|woman raising hand|raising_hand_woman woman_raising_hand|gesture here know me pick
🧏|deaf person|deaf_person|accessibility ear gesture hear
🧏‍♂️|deaf man|deaf_man|accessibility ear gesture hear
🧏‍♀️|deaf woman|deaf_woman|accessibility ear gesture hear
🙇|person bowing|bow person_bowing|apology ask beg favor forgive
🙇‍♂️|man bowing|bowing_man man_bowing|apology ask beg bow favor
🙇‍♀️|woman bowing|bowing_woman woman_bowing|apology ask beg bow favor
🤦|person facepalming|facepalm person_facepalming|again bewilder disbelief exasperation no
🤦‍♂️|man facepalming|man_facepalming|again bewilder disbelief exasperation facepalm
🤦‍♀️|woman facepalming|woman_facepalming|again bewilder disbelief exasperation facepalm
🤷|person shrugging|shrug person_shrugging|doubt dunno guess idk ignorance
🤷‍♂️|man shrugging|man_shrugging|doubt dunno guess idk ignorance
🤷‍♀️|woman shrugging|woman_shrugging|doubt dunno guess idk ignorance
🧑‍⚕️|health worker|health_worker|doctor healthcare nurse therapist
👨‍⚕️|man health worker|man_health_worker|doctor healthcare nurse therapist
👩‍⚕️|woman health worker|woman_health_worker|doctor healthcare nurse therapist
🧑‍🎓|student|student|graduate
👨‍🎓|man student|man_student|graduate
👩‍🎓|woman student|woman_student|graduate
🧑‍🏫|teacher|teacher|instructor lecturer professor
👨‍🏫|man teacher|man_teacher|instructor lecturer professor
👩‍🏫|woman teacher|woman_teacher|instructor lecturer professor
🧑‍⚖️|judge|judge|justice law scales
👨‍⚖️|man judge|man_judge|justice law scales
👩‍⚖️|woman judge|woman_judge|justice law scales
🧑‍🌾|farmer|farmer|gardener rancher
👨‍🌾|man farmer|man_farmer|gardener rancher
👩‍🌾|woman farmer|woman_farmer|gardener rancher
🧑‍🍳|cook|cook|chef
👨‍🍳|man cook|man_cook|chef
👩‍🍳|woman cook|woman_cook|chef
🧑‍🔧|mechanic|mechanic|electrician plumber tradesperson
👨‍🔧|man mechanic|man_mechanic|electrician plumber tradesperson
👩‍🔧|woman mechanic|woman_mechanic|electrician plumber tradesperson
🧑‍🏭|factory worker|factory_worker|assembly industrial
👨‍🏭|man factory worker|man_factory_worker|assembly industrial
👩‍🏭|woman factory worker|woman_factory_worker|assembly industrial
🧑‍💼|office worker|office_worker|architect business manager white-collar
👨‍💼|man office worker|man_office_worker|architect business manager white-collar
👩‍💼|woman office worker|woman_office_worker|architect business manager white-collar
🧑‍🔬|scientist|scientist|biologist chemist engineer mathematician physicist
👨‍🔬|man scientist|man_scientist|biologist chemist engineer mathematician physicist
👩‍🔬|woman scientist|woman_scientist|biologist chemist engineer mathematician physicist
🧑‍💻|technologist|technologist|coder computer developer inventor software
👨‍💻|man technologist|man_technologist|coder computer developer inventor software
👩‍💻|woman technologist|woman_technologist|coder computer developer inventor software
🧑‍🎤|singer|singer|actor entertainer rock rockstar star
👨‍🎤|man singer|man_singer|actor entertainer rock rockstar star
👩‍🎤|woman singer|woman_singer|actor entertainer rock rockstar star
🧑‍🎨|artist|artist|palette
👨‍🎨|man artist|man_artist|palette
👩‍🎨|woman artist|woman_artist|palette
🧑‍✈️|pilot|pilot|plane
👨‍✈️|man pilot|man_pilot|plane
👩‍✈️|woman pilot|woman_pilot|plane
🧑‍🚀|astronaut|astronaut|rocket space
👨‍🚀|man astronaut|man_astronaut|rocket space
👩‍🚀|woman astronaut|woman_astronaut|rocket space
🧑‍🚒|firefighter|firefighter|fire firetruck
👨‍🚒|man firefighter|man_firefighter|fire firetruck
👩‍🚒|woman firefighter|woman_firefighter|fire firetruck
👮|police officer|cop police_officer|apprehend arrest citation law over
👮‍♂️|man police officer|policeman man_police_officer|apprehend arrest citation cop law
👮‍♀️|woman police officer|policewoman woman_police_officer|apprehend arrest citation cop law
🕵️|detective|detective|sleuth spy
🕵️‍♂️|man detective|male_detective man_detective|sleuth spy
🕵️‍♀️|woman detective|female_detective woman_detective|sleuth spy
💂|guard|guard|buckingham helmet london palace
💂‍♂️|man guard|guardsman man_guard|buckingham helmet london palace
💂‍♀️|woman guard|guardswoman woman_guard|buckingham helmet london palace
🥷|ninja|ninja|assassin fight fighter hidden person
👷|construction worker|construction_worker|build fix hardhat hat man
👷‍♂️|man construction worker|construction_worker_man man_construction_worker|build fix hardhat hat rebuild
👷‍♀️|woman construction worker|construction_worker_woman woman_construction_worker|build fix hardhat hat man
🫅|person with crown|person_with_crown royalty|monarch noble regal royal
🤴|prince|prince|crown fairy fairytale fantasy king
👸|princess|princess|crown fairy fairytale fantasy queen
👳|person wearing turban|person_with_turban person_wearing_turban
👳‍♂️|man wearing turban|man_with_turban man_wearing_turban
👳‍♀️|woman wearing turban|woman_with_turban woman_wearing_turban
👲|person with skullcap|man_with_gua_pi_mao person_with_skullcap|cap chinese guapi hat
🧕|woman with headscarf|woman_with_headscarf|bandana head hijab kerchief mantilla
🤵|person in tuxedo|person_in_tuxedo|formal wedding
🤵‍♂️|man in tuxedo|man_in_tuxedo|formal groom wedding
🤵‍♀️|woman in tuxedo|woman_in_tuxedo|formal wedding
👰|person with veil|person_with_veil|wedding
👰‍♂️|man with veil|man_with_veil|wedding
👰‍♀️|woman with veil|bride_with_veil woman_with_veil|wedding
🤰|pregnant woman|pregnant_woman
🫃|pregnant man|pregnant_man|belly bloated full overeat
🫄|pregnant person|pregnant_person|belly bloated full overeat stuffed
🤱|breast-feeding|breast_feeding|baby mom mother nursing woman
👩‍🍼|woman feeding baby|woman_feeding_baby|feed mom mother nanny newborn
👨‍🍼|man feeding baby|man_feeding_baby|dad father feed nanny newborn
🧑‍🍼|person feeding baby|person_feeding_baby|feed nanny newborn nursing parent
👼|baby angel|angel|church face fairy fairytale fantasy
🎅|Santa Claus|santa|celebration christmas fairy fantasy father
🤶|Mrs. Claus|mrs_claus|celebration christmas fairy fantasy holiday
🧑‍🎄|Mx Claus|mx_claus|celebration christmas fairy fantasy holiday
🦸|superhero|superhero|good hero superpower
🦸‍♂️|man superhero|superhero_man man_superhero|good hero superpower
🦸‍♀️|woman superhero|superhero_woman woman_superhero|good hero heroine superpower
🦹|supervillain|supervillain|bad criminal evil superpower villain
🦹‍♂️|man supervillain|supervillain_man man_supervillain|bad criminal evil superpower villain
🦹‍♀️|woman supervillain|supervillain_woman woman_supervillain|bad criminal evil superpower villain
🧙|mage|mage|fantasy magic play sorcerer sorceress
🧙‍♂️|man mage|mage_man man_mage|fantasy magic play sorcerer sorceress
🧙‍♀️|woman mage|mage_woman woman_mage|fantasy magic play sorcerer sorceress
🧚|fairy|fairy|fairytale fantasy myth person pixie
🧚‍♂️|man fairy|fairy_man man_fairy|fairytale fantasy myth oberon person
🧚‍♀️|woman fairy|fairy_woman woman_fairy|fairytale fantasy myth person pixie
🧛|vampire|vampire|blood dracula fangs halloween scary
🧛‍♂️|man vampire|vampire_man man_vampire|blood fangs halloween scary supernatural
🧛‍♀️|woman vampire|vampire_woman woman_vampire|blood fangs halloween scary supernatural
🧜|merperson|merperson|creature fairytale folklore ocean sea
🧜‍♂️|merman|merman|creature fairytale folklore neptune ocean
🧜‍♀️|mermaid|mermaid|creature fairytale folklore merwoman ocean
🧝|elf|elf|elves enchantment fantasy folklore magic
🧝‍♂️|man elf|elf_man man_elf|elves enchantment fantasy folklore magic
🧝‍♀️|woman elf|elf_woman woman_elf|elves enchantment fantasy folklore magic
🧞|genie|genie|djinn fantasy jinn lamp myth
🧞‍♂️|man genie|genie_man man_genie|djinn fantasy jinn lamp myth
🧞‍♀️|woman genie|genie_woman woman_genie|djinn fantasy jinn lamp myth
🧟|zombie|zombie|apocalypse dead halloween horror scary
🧟‍♂️|man zombie|zombie_man man_zombie|apocalypse dead halloween horror scary
🧟‍♀️|woman zombie|zombie_woman woman_zombie|apocalypse dead halloween horror scary
🧌|troll|troll|fairy fantasy monster tale trolling
🫈|hairy creature|hairy_creature|bigfoot cryptid forest giant sasquatch
💆|person getting massage|massage person_getting_massage|face headache relax relaxing salon
💆‍♂️|man getting massage|massage_man man_getting_massage|face headache relax relaxing salon
💆‍♀️|woman getting massage|massage_woman woman_getting_massage|face headache relax relaxing salon
💇|person getting haircut|haircut person_getting_haircut|barber beauty chop cosmetology cut
💇‍♂️|man getting haircut|haircut_man man_getting_haircut|barber beauty chop cosmetology cut
💇‍♀️|woman getting haircut|haircut_woman woman_getting_haircut|barber beauty chop cosmetology cut
🚶|person walking|walking person_walking|amble gait hike man pace
🚶‍♂️|man walking|walking_man man_walking|amble gait hike pace pedestrian
🚶‍♀️|woman walking|walking_woman woman_walking|amble gait hike man pace
🚶‍➡️|person walking: facing right|person_walking_right|amble gait hike man pace
🚶‍♀️‍➡️|woman walking: facing right|woman_walking_right|amble gait hike man pace
🚶‍♂️‍➡️|man walking: facing right|man_walking_right|amble gait hike pace pedestrian
🧍|person standing|standing_person person_standing|stand
🧍‍♂️|man standing|standing_man man_standing|stand
🧍‍♀️|woman standing|standing_woman woman_standing|stand
🧎|person kneeling|kneeling_person kneeling|kneel knees
🧎‍♂️|man kneeling|kneeling_man man_kneeling|kneel knees
🧎‍♀️|woman kneeling|kneeling_woman woman_kneeling|kneel knees
🧎‍➡️|person kneeling: facing right|person_kneeling_right|kneel knees
🧎‍♀️‍➡️|woman kneeling: facing right|woman_kneeling_right|kneel knees
🧎‍♂️‍➡️|man kneeling: facing right|man_kneeling_right|kneel knees
🧑‍🦯|person with white cane|person_with_probing_cane person_with_white_cane|accessibility blind
🧑‍🦯‍➡️|person with white cane: facing right|person_with_white_cane_right|accessibility blind probing
👨‍🦯|man with white cane|man_with_probing_cane man_with_white_cane|accessibility blind
👨‍🦯‍➡️|man with white cane: facing right|man_with_white_cane_right|accessibility blind probing
👩‍🦯|woman with white cane|woman_with_probing_cane woman_with_white_cane|accessibility blind
👩‍🦯‍➡️|woman with white cane: facing right|woman_with_white_cane_right|accessibility blind probing
🧑‍🦼|person in motorized wheelchair|person_in_motorized_wheelchair|accessibility
🧑‍🦼‍➡️|person in motorized wheelchair: facing right|person_in_motorized_wheelchair_right|accessibility
👨‍🦼|man in motorized wheelchair|man_in_motorized_wheelchair|accessibility
👨‍🦼‍➡️|man in motorized wheelchair: facing right|man_in_motorized_wheelchair_right|accessibility
👩‍🦼|woman in motorized wheelchair|woman_in_motorized_wheelchair|accessibility
👩‍🦼‍➡️|woman in motorized wheelchair: facing right|woman_in_motorized_wheelchair_right|accessibility
🧑‍🦽|person in manual wheelchair|person_in_manual_wheelchair|accessibility
🧑‍🦽‍➡️|person in manual wheelchair: facing right|person_in_manual_wheelchair_right|accessibility
👨‍🦽|man in manual wheelchair|man_in_manual_wheelchair|accessibility
👨‍🦽‍➡️|man in manual wheelchair: facing right|man_in_manual_wheelchair_right|accessibility
👩‍🦽|woman in manual wheelchair|woman_in_manual_wheelchair|accessibility
👩‍🦽‍➡️|woman in manual wheelchair: facing right|woman_in_manual_wheelchair_right|accessibility
🏃|person running|runner running|fast hurry marathon move quick
🏃‍♂️|man running|running_man man_running|fast hurry marathon move quick
🏃‍♀️|woman running|running_woman woman_running|fast hurry marathon move quick
🏃‍➡️|person running: facing right|person_running_right|fast hurry marathon move quick
🏃‍♀️‍➡️|woman running: facing right|woman_running_right|fast hurry marathon move quick
🏃‍♂️‍➡️|man running: facing right|man_running_right|fast hurry marathon move quick
🧑‍🩰|ballet dancer|ballet_dancer
💃|woman dancing|dancer woman_dancing|dance elegant festive flair flamenco
🕺|man dancing|man_dancing|dance dancer elegant festive flair
🕴️|person in suit levitating|business_suit_levitating levitate
👯|people with bunny ears|dancers people_with_bunny_ears_partying|bestie bff counterpart dancer double
👯‍♂️|men with bunny ears|dancing_men men_with_bunny_ears_partying|bestie bff counterpart dancer double
👯‍♀️|women with bunny ears|dancing_women women_with_bunny_ears_partying|bestie bff counterpart dancer double
🧖|person in steamy room|sauna_person person_in_steamy_room|day luxurious pamper relax spa
🧖‍♂️|man in steamy room|sauna_man man_in_steamy_room|day luxurious pamper relax spa
🧖‍♀️|woman in steamy room|sauna_woman woman_in_steamy_room|day luxurious pamper relax spa
🧗|person climbing|climbing person_climbing|climb climber mountain rock scale
🧗‍♂️|man climbing|climbing_man man_climbing|climb climber mountain rock scale
🧗‍♀️|woman climbing|climbing_woman woman_climbing|climb climber mountain rock scale
🤺|person fencing|person_fencing fencer|sword
🏇|horse racing|horse_racing|jockey racehorse riding sport
⛷️|skier|skier person_skiing|ski snow
🏂|snowboarder|snowboarder person_snowboarding|ski snow snowboard sport
🏌️|person golfing|golfing golfer|ball birdie caddy driving golf
🏌️‍♂️|man golfing|golfing_man man_golfing|ball birdie caddy driving golf
🏌️‍♀️|woman golfing|golfing_woman woman_golfing|ball birdie caddy driving golf
🏄|person surfing|surfer person_surfing|beach ocean sport surf swell
🏄‍♂️|man surfing|surfing_man man_surfing|beach ocean sport surf surfer
🏄‍♀️|woman surfing|surfing_woman woman_surfing|beach ocean person sport surf
🚣|person rowing boat|rowboat person_rowing_boat|canoe cruise fishing lake oar
🚣‍♂️|man rowing boat|rowing_man man_rowing_boat|canoe cruise fishing lake oar
🚣‍♀️|woman rowing boat|rowing_woman woman_rowing_boat|canoe cruise fishing lake oar
🏊|person swimming|swimmer person_swimming|freestyle sport swim triathlon
🏊‍♂️|man swimming|swimming_man man_swimming|freestyle sport swim swimmer triathlon
🏊‍♀️|woman swimming|swimming_woman woman_swimming|freestyle man sport swim swimmer
⛹️|person bouncing ball|bouncing_ball_person person_bouncing_ball|athletic basketball championship dribble net
⛹️‍♂️|man bouncing ball|basketball_man bouncing_ball_man|athletic championship dribble net player
⛹️‍♀️|woman bouncing ball|basketball_woman bouncing_ball_woman|athletic championship dribble net player
🏋️|person lifting weights|weight_lifting person_lifting_weights|barbell bodybuilder deadlift lifter powerlifting
🏋️‍♂️|man lifting weights|weight_lifting_man man_lifting_weights|barbell bodybuilder deadlift lifter powerlifting
🏋️‍♀️|woman lifting weights|weight_lifting_woman woman_lifting_weights|barbell bodybuilder deadlift lifter powerlifting
🚴|person biking|bicyclist biking|bicycle bike cycle cyclist riding
🚴‍♂️|man biking|biking_man man_biking|bicycle bicyclist bike cycle cyclist
🚴‍♀️|woman biking|biking_woman woman_biking|bicycle bicyclist bike cycle cyclist
🚵|person mountain biking|mountain_bicyclist mountain_biking|bicycle bike cycle cyclist riding
🚵‍♂️|man mountain biking|mountain_biking_man man_mountain_biking|bicycle bicyclist bike cycle cyclist
🚵‍♀️|woman mountain biking|mountain_biking_woman woman_mountain_biking|bicycle bicyclist bike cycle cyclist
🤸|person cartwheeling|cartwheeling person_cartwheel|active excited flip gymnastics happy
🤸‍♂️|man cartwheeling|man_cartwheeling|active cartwheel excited flip gymnastics
🤸‍♀️|woman cartwheeling|woman_cartwheeling|active cartwheel excited flip gymnastics
🤼|people wrestling|wrestling people_wrestling|combat duel grapple ring tournament
🤼‍♂️|men wrestling|men_wrestling|combat duel grapple ring tournament
🤼‍♀️|women wrestling|women_wrestling|combat duel grapple ring tournament
🤽|person playing water polo|water_polo person_playing_water_polo|sport swimming waterpolo
🤽‍♂️|man playing water polo|man_playing_water_polo|sport swimming waterpolo
🤽‍♀️|woman playing water polo|woman_playing_water_polo|sport swimming waterpolo
🤾|person playing handball|handball_person handball|athletics ball catch chuck hurl
🤾‍♂️|man playing handball|man_playing_handball|athletics ball catch chuck hurl
🤾‍♀️|woman playing handball|woman_playing_handball|athletics ball catch chuck hurl
🤹|person juggling|juggling_person juggler|act balance balancing handle juggle
🤹‍♂️|man juggling|man_juggling|act balance balancing handle juggle
🤹‍♀️|woman juggling|woman_juggling|act balance balancing handle juggle
🧘|person in lotus position|lotus_position person_in_lotus_position|cross legged legs meditation peace
🧘‍♂️|man in lotus position|lotus_position_man man_in_lotus_position|cross legged legs meditation peace
🧘‍♀️|woman in lotus position|lotus_position_woman woman_in_lotus_position|cross legged legs meditation peace
🛀|person taking bath|bath person_taking_bath|bathtub tub
🛌|person in bed|sleeping_bed person_in_bed|bedtime good goodnight hotel nap
🧑‍🤝‍🧑|people holding hands|people_holding_hands|bae bestie bff couple dating
👭|women holding hands|two_women_holding_hands|bae bestie bff couple dating
👫|woman and man holding hands|couple|bae bestie bff dating flirt
👬|men holding hands|two_men_holding_hands|bae bestie bff boys brothers
💏|kiss|couplekiss couple_kiss|anniversary babe bae date dating
👩‍❤️‍💋‍👨|kiss: woman, man|couplekiss_man_woman kiss_mw|anniversary babe bae couple date
👨‍❤️‍💋‍👨|kiss: man, man|couplekiss_man_man kiss_mm|anniversary babe bae couple date
👩‍❤️‍💋‍👩|kiss: woman, woman|couplekiss_woman_woman kiss_ww|anniversary babe bae couple date
💑|couple with heart|couple_with_heart|anniversary babe bae dating kiss
👩‍❤️‍👨|couple with heart: woman, man|couple_with_heart_woman_man couple_with_heart_mw|anniversary babe bae dating kiss
👨‍❤️‍👨|couple with heart: man, man|couple_with_heart_man_man couple_with_heart_mm|anniversary babe bae dating kiss
👩‍❤️‍👩|couple with heart: woman, woman|couple_with_heart_woman_woman couple_with_heart_ww|anniversary babe bae dating kiss
👨‍👩‍👦|family: man, woman, boy|family_man_woman_boy family_mwb|child
👨‍👩‍👧|family: man, woman, girl|family_man_woman_girl family_mwg|child
👨‍👩‍👧‍👦|family: man, woman, girl, boy|family_man_woman_girl_boy family_mwgb|child
👨‍👩‍👦‍👦|family: man, woman, boy, boy|family_man_woman_boy_boy family_mwbb|child
👨‍👩‍👧‍👧|family: man, woman, girl, girl|family_man_woman_girl_girl family_mwgg|child
👨‍👨‍👦|family: man, man, boy|family_man_man_boy family_mmb|child
👨‍👨‍👧|family: man, man, girl|family_man_man_girl family_mmg|child
👨‍👨‍👧‍👦|family: man, man, girl, boy|family_man_man_girl_boy family_mmgb|child
👨‍👨‍👦‍👦|family: man, man, boy, boy|family_man_man_boy_boy family_mmbb|child
👨‍👨‍👧‍👧|family: man, man, girl, girl|family_man_man_girl_girl family_mmgg|child
👩‍👩‍👦|family: woman, woman, boy|family_woman_woman_boy family_wwb|child
👩‍👩‍👧|family: woman, woman, girl|family_woman_woman_girl family_wwg|child
👩‍👩‍👧‍👦|family: woman, woman, girl, boy|family_woman_woman_girl_boy family_wwgb|child
👩‍👩‍👦‍👦|family: woman, woman, boy, boy|family_woman_woman_boy_boy family_wwbb|child
👩‍👩‍👧‍👧|family: woman, woman, girl, girl|family_woman_woman_girl_girl family_wwgg|child
👨‍👦|family: man, boy|family_man_boy family_mb|child
👨‍👦‍👦|family: man, boy, boy|family_man_boy_boy family_mbb|child
👨‍👧|family: man, girl|family_man_girl family_mg|child
👨‍👧‍👦|family: man, girl, boy|family_man_girl_boy family_mgb|child
👨‍👧‍👧|family: man, girl, girl|family_man_girl_girl family_mgg|child
👩‍👦|family: woman, boy|family_woman_boy family_wb|child
👩‍👦‍👦|family: woman, boy, boy|family_woman_boy_boy family_wbb|child
👩‍👧|family: woman, girl|family_woman_girl family_wg|child
👩‍👧‍👦|family: woman, girl, boy|family_woman_girl_boy family_wgb|child
👩‍👧‍👧|family: woman, girl, girl|family_woman_girl_girl family_wgg|child
🗣️|speaking head|speaking_head|face silhouette speak
👤|bust in silhouette|bust_in_silhouette|mysterious shadow
👥|busts in silhouette|busts_in_silhouette|bff bust everyone friend friends
🫂|people hugging|people_hugging|comfort embrace farewell friendship goodbye
👪|family|family|child
🧑‍🧑‍🧒|family: adult, adult, child|family_aac
🧑‍🧑‍🧒‍🧒|family: adult, adult, child, child|family_aacc
🧑‍🧒|family: adult, child|family_aa family_ac
🧑‍🧒‍🧒|family: adult, child, child|family_acc
👣|footprints|footprints|barefoot clothing footprint omw print
🫆|fingerprint|fingerprint|clue crime detective forensics identity`,
  nature: `🐵|monkey face|monkey_face|animal banana
🐒|monkey|monkey|animal banana
🦍|gorilla|gorilla|animal
🦧|orangutan|orangutan|animal ape monkey
🐶|dog face|dog dog_face|adorbs animal pet puppies puppy
🐕|dog|dog2 dog|animal animals dogs pet
🦮|guide dog|guide_dog|accessibility animal blind
🐕‍🦺|service dog|service_dog|accessibility animal assistance
🐩|poodle|poodle|animal dog fluffy
🐺|wolf|wolf wolf_face|animal
🦊|fox|fox_face fox|animal
🦝|raccoon|raccoon|animal curious sly
🐱|cat face|cat cat_face|animal kitten kitty pet
🐈|cat|cat2 cat|animal animals cats kitten pet
🐈‍⬛|black cat|black_cat|animal feline halloween meow unlucky
🦁|lion|lion lion_face|alpha animal leo mane order
🐯|tiger face|tiger tiger_face|animal big cat predator
🐅|tiger|tiger2 tiger|animal big cat predator zoo
🐆|leopard|leopard|animal big cat predator zoo
🐴|horse face|horse horse_face|animal dressage equine farm horses
🫎|moose|moose|alces animal antlers elk mammal
🫏|donkey|donkey|animal ass burro hinny mammal
🐎|horse|racehorse horse|animal equestrian farm racing
🦄|unicorn|unicorn unicorn_face
🦓|zebra|zebra|animal stripe
🦌|deer|deer|animal
🦬|bison|bison|animal buffalo herd wisent
🐮|cow face|cow cow_face|animal farm milk moo
🐂|ox|ox|animal animals bull farm taurus
🐃|water buffalo|water_buffalo|animal zoo
🐄|cow|cow2 cow|animal animals farm milk moo
🐷|pig face|pig pig_face|animal bacon farm pork
🐖|pig|pig2 pig|animal bacon farm pork sow
🐗|boar|boar|animal pig
🐽|pig nose|pig_nose|animal face farm smell snout
🐏|ram|ram|animal aries horns male sheep
🐑|ewe|sheep ewe|animal baa farm female fluffy
🐐|goat|goat|animal capricorn farm milk zodiac
🐪|camel|dromedary_camel|animal desert hump one
🐫|two-hump camel|camel|animal bactrian desert two-hump
🦙|llama|llama|alpaca animal guanaco vicuña wool
🦒|giraffe|giraffe|animal spots
🐘|elephant|elephant|animal
🦣|mammoth|mammoth|animal extinction large tusk wooly
🦏|rhinoceros|rhinoceros rhino|animal
🦛|hippopotamus|hippopotamus hippo|animal
🐭|mouse face|mouse mouse_face|animal
🐁|mouse|mouse2 mouse|animal animals
🐀|rat|rat|animal
🐹|hamster|hamster hamster_face|animal pet
🐰|rabbit face|rabbit rabbit_face|animal bunny pet
🐇|rabbit|rabbit2 rabbit|animal bunny pet
🐿️|chipmunk|chipmunk|animal squirrel
🦫|beaver|beaver|animal dam teeth
🦔|hedgehog|hedgehog|animal spiny
🦇|bat|bat|animal vampire
🐻|bear|bear bear_face|animal grizzly growl honey
🐻‍❄️|polar bear|polar_bear polar_bear_face|animal arctic white
🐨|koala|koala koala_face|animal australia bear down marsupial
🐼|panda|panda_face panda|animal bamboo
🦥|sloth|sloth|lazy slow
🦦|otter|otter|animal fishing playful
🦨|skunk|skunk|animal stink
🦘|kangaroo|kangaroo|animal joey jump marsupial
🦡|badger|badger|animal honey pester
🐾|paw prints|feet paw_prints|paws print
🦃|turkey|turkey|bird gobble thanksgiving
🐔|chicken|chicken chicken_face|animal bird ornithology
🐓|rooster|rooster|animal bird ornithology
🐣|hatching chick|hatching_chick|animal baby bird egg
🐤|baby chick|baby_chick|animal bird ornithology
🐥|front-facing baby chick|hatched_chick|animal bird front-facing newborn ornithology
🐦|bird|bird bird_face|animal ornithology
🐧|penguin|penguin penguin_face|animal antarctica bird ornithology
🕊️|dove|dove|bird fly ornithology peace
🦅|eagle|eagle|animal bird ornithology
🦆|duck|duck|animal bird ornithology
🦢|swan|swan|animal bird cygnet duckling ornithology
🦉|owl|owl|animal bird ornithology wise
🦤|dodo|dodo|animal bird extinction large ornithology
🪶|feather|feather|bird flight light plumage
🦩|flamingo|flamingo|animal bird flamboyant ornithology tropical
🦚|peacock|peacock|animal bird colorful ornithology ostentatious
🦜|parrot|parrot|animal bird ornithology pirate talk
🪽|wing|wing|angelic ascend aviation bird fly
🐦‍⬛|black bird|black_bird|animal beak caw corvid crow
🪿|goose|goose|animal bird duck flock fowl
🐦‍🔥|phoenix|phoenix|ascend ascension emerge fantasy firebird
🐸|frog|frog frog_face|animal
🐊|crocodile|crocodile|animal zoo
🐢|turtle|turtle|animal terrapin tortoise
🦎|lizard|lizard|animal reptile
🐍|snake|snake|animal bearer ophiuchus serpent zodiac
🐲|dragon face|dragon_face|animal fairy fairytale tale
🐉|dragon|dragon|animal fairy fairytale knights tale
🦕|sauropod|sauropod|brachiosaurus brontosaurus dinosaur diplodocus
🦖|T-Rex|t-rex trex|dinosaur t-rex tyrannosaurus
🐳|spouting whale|whale spouting_whale|animal beach face ocean
🐋|whale|whale2 whale|animal beach ocean
🐬|dolphin|dolphin flipper|animal beach ocean
🫍|orca|orca|marine ocean whale
🦭|seal|seal|animal lion ocean sea
🐟|fish|fish|animal dinner fishes fishing pisces
🐠|tropical fish|tropical_fish|animal fishes
🐡|blowfish|blowfish|animal fish
🦈|shark|shark|animal fish
🐙|octopus|octopus|animal creature ocean
🐚|spiral shell|shell|animal beach conch sea
🪸|coral|coral|change climate ocean reef sea
🪼|jellyfish|jellyfish|animal aquarium burn invertebrate jelly
🦀|crab|crab|cancer zodiac
🦞|lobster|lobster|animal bisque claws seafood
🦐|shrimp|shrimp|food shellfish small
🦑|squid|squid|animal food mollusk
🦪|oyster|oyster|diving pearl
🐌|snail|snail|animal escargot garden nature slug
🦋|butterfly|butterfly|insect pretty
🐛|bug|bug|animal garden insect
🐜|ant|ant|animal garden insect
🐝|honeybee|bee honeybee|animal bumblebee honey insect nature
🪲|beetle|beetle|animal bug insect
🐞|lady beetle|lady_beetle|animal garden insect ladybird ladybug
🦗|cricket|cricket|animal bug grasshopper insect orthoptera
🪳|cockroach|cockroach|animal insect pest roach
🕷️|spider|spider|animal insect
🕸️|spider web|spider_web
🦂|scorpion|scorpion|scorpio scorpius zodiac
🦟|mosquito|mosquito|bite disease fever insect malaria
🪰|fly|fly|animal disease insect maggot pest
🪱|worm|worm|animal annelid earthworm parasite
🦠|microbe|microbe|amoeba bacteria science virus
💐|bouquet|bouquet|anniversary birthday date flower love
🌸|cherry blossom|cherry_blossom|flower plant spring springtime
💮|white flower|white_flower
🪷|lotus|lotus|beauty buddhism calm flower hinduism
🏵️|rosette|rosette|plant
🌹|rose|rose|beauty elegant flower love plant
🥀|wilted flower|wilted_flower|dying
🌺|hibiscus|hibiscus|flower plant
🌻|sunflower|sunflower|flower outdoors plant sun
🌼|blossom|blossom|buttercup dandelion flower plant
🌷|tulip|tulip|blossom flower growth plant
🪻|hyacinth|hyacinth|bloom bluebonnet flower indigo lavender
🌱|seedling|seedling|plant sapling sprout young
🪴|potted plant|potted_plant|decor grow house nurturing pot
🌲|evergreen tree|evergreen_tree|christmas forest pine
🌳|deciduous tree|deciduous_tree|forest green habitat shedding
🌴|palm tree|palm_tree|beach plant tropical
🌵|cactus|cactus|desert drought nature plant
🌾|sheaf of rice|ear_of_rice sheaf_of_rice|grain grains plant
🌿|herb|herb|leaf plant
☘️|shamrock|shamrock|irish plant
🍀|four leaf clover|four_leaf_clover|4 four-leaf irish lucky plant
🍁|maple leaf|maple_leaf|falling
🍂|fallen leaf|fallen_leaf|autumn fall falling
🍃|leaf fluttering in wind|leaves|blow flutter
🪹|empty nest|empty_nest nest|branch home nesting
🪺|nest with eggs|nest_with_eggs|bird branch egg nesting
🍄|mushroom|mushroom|fungus toadstool
🪾|leafless tree|leafless_tree|bare barren branches dead drought`,
  food: `🍇|grapes|grapes|dionysus fruit grape
🍈|melon|melon|cantaloupe fruit
🍉|watermelon|watermelon|fruit
🍊|tangerine|mandarin orange|c citrus fruit nectarine vitamin
🍋|lemon|lemon|citrus fruit sour
🍋‍🟩|lime|lime|acidity citrus cocktail fruit garnish
🍌|banana|banana|fruit potassium
🍍|pineapple|pineapple|colada fruit pina tropical
🥭|mango|mango|food fruit tropical
🍎|red apple|apple red_apple|diet food fruit health ripe
🍏|green apple|green_apple|fruit
🍐|pear|pear|fruit
🍑|peach|peach|fruit
🍒|cherries|cherries|berries cherry fruit red
🍓|strawberry|strawberry|berry fruit
🫐|blueberries|blueberries|berries berry bilberry blue blueberry
🥝|kiwi fruit|kiwi_fruit kiwi|food
🍅|tomato|tomato|food fruit vegetable
🫒|olive|olive|food
🥥|coconut|coconut|colada palm piña
🥑|avocado|avocado|food fruit
🍆|eggplant|eggplant|aubergine vegetable
🥔|potato|potato|food vegetable
🥕|carrot|carrot|food vegetable
🌽|ear of corn|corn ear_of_corn|crops farm maize maze
🌶️|hot pepper|hot_pepper
🫑|bell pepper|bell_pepper|capsicum food vegetable
🥒|cucumber|cucumber|food pickle vegetable
🥬|leafy green|leafy_green|bok burgers cabbage choy kale
🥦|broccoli|broccoli|cabbage wild
🧄|garlic|garlic|flavoring
🧅|onion|onion|flavoring
🥜|peanuts|peanuts|food nut peanut vegetable
🫘|beans|beans|food kidney legume small
🌰|chestnut|chestnut|almond plant
🫚|ginger root|ginger_root ginger|beer health herb natural spice
🫛|pea pod|pea_pod pea|beans beanstalk edamame legume soybean
🍄‍🟫|brown mushroom|brown_mushroom|food fungi fungus nature pizza
🫜|root vegetable|root_vegetable|beet food garden radish salad
🍞|bread|bread|carbs food grain loaf restaurant
🥐|croissant|croissant|bread breakfast crescent food french
🥖|baguette bread|baguette_bread|food french
🫓|flatbread|flatbread|arepa bread food gordita lavash
🥨|pretzel|pretzel|convoluted twisted
🥯|bagel|bagel|bakery bread breakfast schmear
🥞|pancakes|pancakes|breakfast crêpe food hotcake pancake
🧇|waffle|waffle|breakfast indecisive iron
🧀|cheese wedge|cheese
🍖|meat on bone|meat_on_bone
🍗|poultry leg|poultry_leg|bone chicken drumstick hungry turkey
🥩|cut of meat|cut_of_meat|chop lambchop porkchop red steak
🥓|bacon|bacon|breakfast food meat
🍔|hamburger|hamburger|burger eat fast food hungry
🍟|french fries|fries french_fries|fast food
🍕|pizza|pizza|cheese food hungry pepperoni slice
🌭|hot dog|hotdog|frankfurter sausage
🥪|sandwich|sandwich|bread
🌮|taco|taco|mexican
🌯|burrito|burrito|mexican wrap
🫔|tamale|tamale|food mexican pamonha wrapped
🥙|stuffed flatbread|stuffed_flatbread|falafel food gyro kebab
🧆|falafel|falafel|chickpea meatball
🥚|egg|egg|breakfast food
🍳|cooking|fried_egg cooking|breakfast easy fry frying over
🥘|shallow pan of food|shallow_pan_of_food|casserole paella
🍲|pot of food|stew pot_of_food|soup
🫕|fondue|fondue|cheese chocolate food melted pot
🥣|bowl with spoon|bowl_with_spoon|breakfast cereal congee oatmeal porridge
🥗|green salad|green_salad salad|food
🍿|popcorn|popcorn|corn movie pop
🧈|butter|butter|dairy
🧂|salt|salt|condiment flavor mad salty shaker
🥫|canned food|canned_food|can
🍱|bento box|bento bento_box|food
🍘|rice cracker|rice_cracker|food
🍙|rice ball|rice_ball|food japanese
🍚|cooked rice|rice cooked_rice|food
🍛|curry rice|curry curry_rice|food
🍜|steaming bowl|ramen steaming_bowl|chopsticks food noodle pho soup
🍝|spaghetti|spaghetti|food meatballs pasta restaurant
🍠|roasted sweet potato|sweet_potato|food
🍢|oden|oden|food kebab restaurant seafood skewer
🍣|sushi|sushi|food
🍤|fried shrimp|fried_shrimp|prawn tempura
🍥|fish cake with swirl|fish_cake|food pastry restaurant
🥮|moon cake|moon_cake|autumn festival yuèbǐng
🍡|dango|dango|dessert japanese skewer stick sweet
🥟|dumpling|dumpling|empanada gyōza jiaozi pierogi potsticker
🥠|fortune cookie|fortune_cookie|prophecy
🥡|takeout box|takeout_box|chopsticks delivery food oyster pail
🍦|soft ice cream|icecream soft_serve|dessert food restaurant sweet
🍧|shaved ice|shaved_ice|dessert restaurant sweet
🍨|ice cream|ice_cream|dessert food restaurant sweet
🍩|doughnut|doughnut|breakfast dessert donut food sweet
🍪|cookie|cookie|chip chocolate dessert sweet
🎂|birthday cake|birthday birthday_cake|bday celebration dessert happy pastry
🍰|shortcake|cake shortcake|dessert pastry slice sweet
🧁|cupcake|cupcake|bakery dessert sprinkles sugar sweet
🥧|pie|pie|apple filling fruit meat pastry
🍫|chocolate bar|chocolate_bar|candy dessert halloween sweet tooth
🍬|candy|candy|cavities dessert halloween restaurant sweet
🍭|lollipop|lollipop|candy dessert food restaurant sweet
🍮|custard|custard|dessert pudding sweet
🍯|honey pot|honey_pot|barrel bear food honeypot jar
🍼|baby bottle|baby_bottle|babies birth born drink infant
🥛|glass of milk|milk_glass glass_of_milk|drink
☕|hot beverage|coffee|cafe caffeine chai drink morning
🫖|teapot|teapot|brew drink food pot tea
🍵|teacup without handle|tea|beverage cup drink oolong
🍶|sake|sake|bar beverage bottle cup drink
🍾|bottle with popping cork|champagne|bar drink
🍷|wine glass|wine_glass|alcohol bar beverage booze club
🍸|cocktail glass|cocktail|alcohol bar booze club drink
🍹|tropical drink|tropical_drink|alcohol bar booze club cocktail
🍺|beer mug|beer|alcohol ale bar booze drink
🍻|clinking beer mugs|beers|alcohol bar booze bottoms cheers
🥂|clinking glasses|clinking_glasses|celebrate clink drink glass
🥃|tumbler glass|tumbler_glass whisky|liquor scotch shot whiskey
🫗|pouring liquid|pouring_liquid pour|accident drink empty glass oops
🥤|cup with straw|cup_with_straw|drink juice malt soda soft
🧋|bubble tea|bubble_tea boba_drink|food milk pearl
🧃|beverage box|beverage_box juice_box|straw sweet
🧉|mate|mate|drink
🧊|ice|ice_cube ice|cold iceberg
🥢|chopsticks|chopsticks|hashi jeotgarak kuaizi
🍽️|fork and knife with plate|plate_with_cutlery fork_knife_plate|cooking dinner eat
🍴|fork and knife|fork_and_knife|breakfast breaky cooking cutlery delicious
🥄|spoon|spoon|eat tableware
🔪|kitchen knife|hocho knife|chef cooking tool weapon
🫙|jar|jar|condiment container empty nothing sauce
🏺|amphora|amphora|aquarius cooking drink jug tool`,
  travel: `🌍|globe showing Europe-Africa|earth_africa earth_europe|europe-africa world
🌎|globe showing Americas|earth_americas|world
🌏|globe showing Asia-Australia|earth_asia|asia-australia world
🌐|globe with meridians|globe_with_meridians|earth internet web world worldwide
🗺️|world map|world_map
🗾|map of Japan|japan japan_map
🧭|compass|compass|direction magnetic navigation orienteering
🏔️|snow-capped mountain|mountain_snow|cold snow-capped
⛰️|mountain|mountain
🛘|landslide|landslide|avalanche danger disaster earthquake mountain
🌋|volcano|volcano|eruption mountain nature
🗻|mount fuji|mount_fuji|mountain nature
🏕️|camping|camping
🏖️|beach with umbrella|beach_umbrella beach
🏜️|desert|desert
🏝️|desert island|desert_island island
🏞️|national park|national_park
🏟️|stadium|stadium
🏛️|classical building|classical_building
🏗️|building construction|building_construction construction_site|crane
🧱|brick|bricks|clay mortar wall
🪨|rock|rock|boulder heavy solid stone tough
🪵|wood|wood|log lumber timber
🛖|hut|hut|home house roundhouse shelter yurt
🏘️|houses|houses homes|house
🏚️|derelict house|derelict_house house_abandoned|home
🏠|house|house|building country heart home ranch
🏡|house with garden|house_with_garden|building country heart home ranch
🏢|office building|office|city cubical job
🏣|Japanese post office|post_office|building
🏤|post office|european_post_office|building
🏥|hospital|hospital|building doctor medicine
🏦|bank|bank|building
🏨|hotel|hotel|building
🏩|love hotel|love_hotel|building
🏪|convenience store|convenience_store|24 building hours
🏫|school|school|building
🏬|department store|department_store|building
🏭|factory|factory|building
🏯|Japanese castle|japanese_castle|building
🏰|castle|european_castle castle|building
💒|wedding|wedding|chapel hitched nuptials romance
🗼|Tokyo tower|tokyo_tower
🗽|Statue of Liberty|statue_of_liberty|new ny nyc york
⛪|church|church|bless chapel christian cross religion
🕌|mosque|mosque|islam masjid muslim religion
🛕|hindu temple|hindu_temple
🕍|synagogue|synagogue|jew jewish judaism religion temple
⛩️|shinto shrine|shinto_shrine|religion
🕋|kaaba|kaaba|hajj islam muslim religion umrah
⛲|fountain|fountain
⛺|tent|tent|camping
🌁|foggy|foggy|fog
🌃|night with stars|night_with_stars|star
🏙️|cityscape|cityscape|city
🌄|sunrise over mountains|sunrise_over_mountains|morning sun
🌅|sunrise|sunrise|morning nature sun
🌆|cityscape at dusk|city_sunset city_dusk|building evening landscape sun
🌇|sunset|city_sunrise city_sunset|building dusk sun
🌉|bridge at night|bridge_at_night
♨️|hot springs|hotsprings|steaming
🎠|carousel horse|carousel_horse|entertainment
🛝|playground slide|playground_slide slide|amusement park play playing sliding
🎡|ferris wheel|ferris_wheel|amusement park theme
🎢|roller coaster|roller_coaster|amusement park theme
💈|barber pole|barber barber_pole|cut fresh haircut shave
🎪|circus tent|circus_tent
🚂|locomotive|steam_locomotive|caboose engine railway train trains
🚃|railway car|railway_car|electric train tram travel trolleybus
🚄|high-speed train|bullettrain_side|high-speed railway shinkansen
🚅|bullet train|bullettrain_front|high-speed nose railway shinkansen speed
🚆|train|train2 train|arrived choo railway
🚇|metro|metro|subway travel
🚈|light rail|light_rail|arrived monorail railway
🚉|station|station|railway train
🚊|tram|tram|trolleybus
🚝|monorail|monorail|vehicle
🚞|mountain railway|mountain_railway|car trip
🚋|tram car|train tram_car|bus trolley trolleybus
🚌|bus|bus|school vehicle
🚍|oncoming bus|oncoming_bus|cars
🚎|trolleybus|trolleybus|bus tram trolley
🚐|minibus|minibus|bus drive van vehicle
🚑|ambulance|ambulance|emergency vehicle
🚒|fire engine|fire_engine|truck
🚓|police car|police_car|5–0 cops patrol
🚔|oncoming police car|oncoming_police_car
🚕|taxi|taxi|cab cabbie car drive vehicle
🚖|oncoming taxi|oncoming_taxi|cab cabbie cars drove hail
🚗|automobile|car red_car|driving vehicle
🚘|oncoming automobile|oncoming_automobile|car cars drove vehicle
🚙|sport utility vehicle|blue_car suv|drive recreational sportutility
🛻|pickup truck|pickup_truck|automobile car flatbed pick-up transportation
🚚|delivery truck|truck delivery_truck|car drive vehicle
🚛|articulated lorry|articulated_lorry|car drive move semi truck
🚜|tractor|tractor|vehicle
🏎️|racing car|racing_car|zoom
🏍️|motorcycle|motorcycle|racing
🛵|motor scooter|motor_scooter
🦽|manual wheelchair|manual_wheelchair|accessibility
🦼|motorized wheelchair|motorized_wheelchair|accessibility
🛺|auto rickshaw|auto_rickshaw|tuk
🚲|bicycle|bike bicycle|class cycle cycling cyclist gang
🛴|kick scooter|kick_scooter scooter
🛹|skateboard|skateboard|board skate skater wheels
🛼|roller skate|roller_skate|blades skates sport
🚏|bus stop|busstop
🛣️|motorway|motorway|highway road
🛤️|railway track|railway_track|train
🛢️|oil drum|oil_drum
⛽|fuel pump|fuelpump|diesel gas gasoline station
🛞|wheel|wheel|car circle tire turn vehicle
🚨|police car light|rotating_light|alarm alert beacon emergency revolving
🚥|horizontal traffic light|traffic_light|intersection signal stop stoplight
🚦|vertical traffic light|vertical_traffic_light|drove intersection signal stop stoplight
🛑|stop sign|stop_sign octagonal_sign
🚧|construction|construction|barrier
⚓|anchor|anchor|ship tool
🛟|ring buoy|ring_buoy lifebuoy|float life lifesaver preserver rescue
⛵|sailboat|boat sailboat|resort sailing sea yacht
🛶|canoe|canoe|boat
🚤|speedboat|speedboat|billionaire boat lake luxury millionaire
🛳️|passenger ship|passenger_ship cruise_ship
⛴️|ferry|ferry|boat passenger
🛥️|motor boat|motor_boat motorboat
🚢|ship|ship|boat passenger travel
✈️|airplane|airplane|aeroplane fly flying jet plane
🛩️|small airplane|small_airplane|aeroplane plane
🛫|airplane departure|flight_departure airplane_departure|aeroplane check-in departures plane
🛬|airplane arrival|flight_arrival airplane_arriving|aeroplane arrivals landing plane
🪂|parachute|parachute|hang-glide parasail skydive
💺|seat|seat|chair
🚁|helicopter|helicopter|copter roflcopter travel vehicle
🚟|suspension railway|suspension_railway
🚠|mountain cableway|mountain_cableway|cable gondola lift ski
🚡|aerial tramway|aerial_tramway|cable car gondola ropeway
🛰️|satellite|artificial_satellite satellite|space
🚀|rocket|rocket|launch rockets space travel
🛸|flying saucer|flying_saucer|aliens extra terrestrial ufo
🛎️|bellhop bell|bellhop_bell bellhop|hotel
🧳|luggage|luggage|bag packing roller suitcase travel
⌛|hourglass done|hourglass|sand time timer
⏳|hourglass not done|hourglass_flowing_sand|hours timer waiting yolo
⌚|watch|watch|clock time
⏰|alarm clock|alarm_clock|hours hrs late time waiting
⏱️|stopwatch|stopwatch|clock time
⏲️|timer clock|timer_clock
🕰️|mantelpiece clock|mantelpiece_clock clock|time
🕛|twelve o’clock|clock12|12 12:00 o’clock time
🕧|twelve-thirty|clock1230|12 12:30 30 clock time
🕐|one o’clock|clock1|1 1:00 o’clock time
🕜|one-thirty|clock130|1 1:30 30 clock time
🕑|two o’clock|clock2|2 2:00 o’clock time
🕝|two-thirty|clock230|2 2:30 30 clock time
🕒|three o’clock|clock3|3 3:00 o’clock time
🕞|three-thirty|clock330|3 30 3:30 clock time
🕓|four o’clock|clock4|4 4:00 o’clock time
🕟|four-thirty|clock430|30 4 4:30 clock time
🕔|five o’clock|clock5|5 5:00 o’clock time
🕠|five-thirty|clock530|30 5 5:30 clock time
🕕|six o’clock|clock6|6 6:00 o’clock time
🕡|six-thirty|clock630|30 6 6:30 clock
🕖|seven o’clock|clock7|0 7 7:00 o’clock
🕢|seven-thirty|clock730|30 7 7:30 clock
🕗|eight o’clock|clock8|8 8:00 o’clock time
🕣|eight-thirty|clock830|30 8 8:30 clock time
🕘|nine o’clock|clock9|9 9:00 o’clock time
🕤|nine-thirty|clock930|30 9 9:30 clock time
🕙|ten o’clock|clock10|0 10 10:00 o’clock
🕥|ten-thirty|clock1030|10 10:30 30 clock time
🕚|eleven o’clock|clock11|11 11:00 o’clock time
🕦|eleven-thirty|clock1130|11 11:30 30 clock time
🌑|new moon|new_moon|dark space
🌒|waxing crescent moon|waxing_crescent_moon|dreams space
🌓|first quarter moon|first_quarter_moon|space
🌔|waxing gibbous moon|moon waxing_gibbous_moon|space
🌕|full moon|full_moon|space
🌖|waning gibbous moon|waning_gibbous_moon|space
🌗|last quarter moon|last_quarter_moon|space
🌘|waning crescent moon|waning_crescent_moon|space
🌙|crescent moon|crescent_moon|ramadan space
🌚|new moon face|new_moon_with_face|space
🌛|first quarter moon face|first_quarter_moon_with_face|space
🌜|last quarter moon face|last_quarter_moon_with_face|dreams
🌡️|thermometer|thermometer|weather
☀️|sun|sunny sun|bright rays space weather
🌝|full moon face|full_moon_with_face|bright
🌞|sun with face|sun_with_face|beach bright day heat shine
🪐|ringed planet|ringed_planet saturn|saturnine
⭐|star|star|astronomy medium stars white
🌟|glowing star|star2 glowing_star|glittery glow night shining sparkle
🌠|shooting star|stars shooting_star|falling night space
🌌|milky way|milky_way|space
☁️|cloud|cloud|weather
⛅|sun behind cloud|partly_sunny sun_behind_cloud|cloudy weather
⛈️|cloud with lightning and rain|cloud_with_lightning_and_rain stormy|thunder thunderstorm
🌤️|sun behind small cloud|sun_behind_small_cloud sunny|weather
🌥️|sun behind large cloud|sun_behind_large_cloud cloudy|weather
🌦️|sun behind rain cloud|sun_behind_rain_cloud sun_and_rain|weather
🌧️|cloud with rain|cloud_with_rain rainy|weather
🌨️|cloud with snow|cloud_with_snow snowy|cold weather
🌩️|cloud with lightning|cloud_with_lightning lightning|weather
🌪️|tornado|tornado|cloud weather whirlwind
🌫️|fog|fog|cloud weather
🌬️|wind face|wind_face wind_blowing_face|blow cloud
🌀|cyclone|cyclone|dizzy hurricane twister typhoon weather
🌈|rainbow|rainbow|gay genderqueer glbt glbtq lesbian
🌂|closed umbrella|closed_umbrella|clothing rain
☂️|umbrella|open_umbrella umbrella|clothing rain
☔|umbrella with rain drops|umbrella umbrella_with_rain|clothing drop weather
⛱️|umbrella on ground|parasol_on_ground beach_umbrella|rain sun
⚡|high voltage|zap high_voltage|danger electric electricity lightning nature
❄️|snowflake|snowflake|cold snow weather
☃️|snowman|snowman_with_snow snowman2|cold man
⛄|snowman without snow|snowman|cold man
☄️|comet|comet|space
🔥|fire|fire|af burn flame hot lit
💧|droplet|droplet|cold comic drop nature sad
🌊|water wave|ocean water_wave|nature surf surfer surfing`,
  activities: `🎃|jack-o-lantern|jack_o_lantern|celebration halloween pumpkin
🎄|Christmas tree|christmas_tree|celebration
🎆|fireworks|fireworks|boom celebration entertainment yolo
🎇|sparkler|sparkler|boom celebration fireworks sparkle
🧨|firecracker|firecracker|dynamite explosive fire fireworks light
✨|sparkles|sparkles|* magic sparkle star
🎈|balloon|balloon|birthday celebrate celebration
🎉|party popper|tada party|awesome birthday celebrate celebration excited
🎊|confetti ball|confetti_ball|celebrate celebration party woohoo
🎋|tanabata tree|tanabata_tree|banner celebration japanese
🎍|pine decoration|bamboo|celebration japanese plant
🎎|Japanese dolls|dolls|celebration doll festival
🎏|carp streamer|flags carp_streamer|celebration
🎐|wind chime|wind_chime|bell celebration
🎑|moon viewing ceremony|rice_scene moon_ceremony|celebration
🧧|red envelope|red_envelope|gift good hóngbāo lai luck
🎀|ribbon|ribbon|celebration
🎁|wrapped gift|gift|birthday bow box celebration christmas
🎗️|reminder ribbon|reminder_ribbon|celebration
🎟️|admission tickets|tickets admission_tickets|ticket
🎫|ticket|ticket|admission stub
🎖️|military medal|medal_military military_medal|award celebration
🏆|trophy|trophy|champion champs prize slay sport
🏅|sports medal|medal_sports sports_medal|award gold winner
🥇|1st place medal|1st_place_medal 1st|first gold
🥈|2nd place medal|2nd_place_medal 2nd|second silver
🥉|3rd place medal|3rd_place_medal 3rd|bronze third
⚽|soccer ball|soccer|football futbol sport
⚾|baseball|baseball|ball sport
🥎|softball|softball|ball glove sports underarm
🏀|basketball|basketball|ball hoop sport
🏐|volleyball|volleyball|ball game
🏈|american football|football|ball bowl sport super
🏉|rugby football|rugby_football|ball sport
🎾|tennis|tennis|ball racquet sport
🥏|flying disc|flying_disc|ultimate
🎳|bowling|bowling|ball game sport strike
🏏|cricket game|cricket_game|ball bat
🏑|field hockey|field_hockey|ball game stick
🏒|ice hockey|ice_hockey hockey|game puck stick
🥍|lacrosse|lacrosse|ball goal sports stick
🏓|ping pong|ping_pong|ball bat game paddle pingpong
🏸|badminton|badminton|birdie game racquet shuttlecock
🥊|boxing glove|boxing_glove
🥋|martial arts uniform|martial_arts_uniform|judo karate taekwondo
🥅|goal net|goal_net
⛳|flag in hole|golf|sport
⛸️|ice skate|ice_skate|skating
🎣|fishing pole|fishing_pole_and_fish fishing_pole|entertainment sport
🤿|diving mask|diving_mask|scuba snorkeling
🎽|running shirt|running_shirt_with_sash running_shirt|athletics
🎿|skis|ski|snow sport
🛷|sled|sled|luge sledge sleigh snow toboggan
🥌|curling stone|curling_stone|game rock
🎯|bullseye|dart bullseye|bull direct entertainment game hit
🪀|yo-yo|yo_yo|fluctuate toy
🪁|kite|kite|fly soar
🔫|water pistol|gun pistol|handgun revolver tool weapon
🎱|pool 8 ball|8ball billiards|billiard eight game
🔮|crystal ball|crystal_ball|fairy fairytale fantasy fortune future
🪄|magic wand|magic_wand|magician witch wizard
🎮|video game|video_game controller|entertainment
🕹️|joystick|joystick|game video videogame
🎰|slot machine|slot_machine|casino gamble gambling game slots
🎲|game die|game_die|dice entertainment
🧩|puzzle piece|jigsaw puzzle_piece|clue interlocking
🧸|teddy bear|teddy_bear|plaything plush stuffed toy
🪅|piñata|pinata|candy celebrate celebration cinco de
🪩|mirror ball|mirror_ball disco|dance glitter party
🪆|nesting dolls|nesting_dolls|babooshka baboushka babushka doll matryoshka
♠️|spade suit|spades|card game
♥️|heart suit|hearts|card emotion game
♦️|diamond suit|diamonds|card game
♣️|club suit|clubs|card game
♟️|chess pawn|chess_pawn|dupe expendable
🃏|joker|black_joker|card game wildcard
🀄|mahjong red dragon|mahjong|game
🎴|flower playing cards|flower_playing_cards|card game japanese
🎭|performing arts|performing_arts|actor actress art entertainment mask
🖼️|framed picture|framed_picture frame_with_picture|art museum painting
🎨|artist palette|art palette|artsy arty colorful creative entertainment
🧵|thread|thread|needle sewing spool string
🪡|sewing needle|sewing_needle|embroidery sew stitches sutures tailoring
🧶|yarn|yarn|ball crochet knit
🪢|knot|knot|cord rope tangled tie twine`,
  objects: `👓|glasses|eyeglasses glasses|clothing eye eyewear
🕶️|sunglasses|dark_sunglasses sunglasses|eye eyewear glasses
🥽|goggles|goggles|dive eye protection scuba swimming
🥼|lab coat|lab_coat|clothes doctor dr experiment jacket
🦺|safety vest|safety_vest|emergency
👔|necktie|necktie|clothing employed serious shirt tie
👕|t-shirt|shirt tshirt|blue casual clothes clothing collar
👖|jeans|jeans|blue casual clothes clothing denim
🧣|scarf|scarf|bundle cold neck up
🧤|gloves|gloves|hand
🧥|coat|coat|brr bundle cold jacket up
🧦|socks|socks|stocking
👗|dress|dress|clothes clothing dressed fancy shopping
👘|kimono|kimono|clothing comfortable
🥻|sari|sari|clothing dress
🩱|one-piece swimsuit|one_piece_swimsuit|bathing one-piece suit
🩲|briefs|swim_brief briefs|bathing one-piece suit swimsuit underwear
🩳|shorts|shorts|bathing pants suit swimsuit underwear
👙|bikini|bikini|bathing beach clothing pool suit
👚|woman’s clothes|womans_clothes|blouse clothing collar dress dressed
🪭|folding hand fan|folding_hand_fan folding_fan|clack clap cool cooling dance
👛|purse|purse|clothes clothing coin dress fancy
👜|handbag|handbag|bag clothes clothing dress lady
👝|clutch bag|pouch clutch_bag|clothes clothing dress handbag purse
🛍️|shopping bags|shopping shopping_bags|bag hotel
🎒|backpack|school_satchel backpack|backpacking bag bookbag education rucksack
🩴|thong sandal|thong_sandal|beach flip flop sandals shoe
👞|man’s shoe|mans_shoe shoe|brown clothes clothing feet foot
👟|running shoe|athletic_shoe sneaker|clothes clothing fast kick shoes
🥾|hiking boot|hiking_boot|backpacking brown camping outdoors shoe
🥿|flat shoe|flat_shoe womans_flat_shoe|ballet comfy flats slip-on slipper
👠|high-heeled shoe|high_heel|clothes clothing dress fashion heels
👡|woman’s sandal|sandal|clothing shoe woman’s
🩰|ballet shoes|ballet_shoes|dance
👢|woman’s boot|boot|clothes clothing dress shoe shoes
🪮|hair pick|hair_pick|afro comb groom
👑|crown|crown|clothing family king medieval queen
👒|woman’s hat|womans_hat|clothes clothing garden hats party
🎩|top hat|tophat top_hat|clothes clothing fancy formal magic
🎓|graduation cap|mortar_board graduation_cap|celebration clothing education hat scholar
🧢|billed cap|billed_cap|baseball bent dad hat
🪖|military helmet|military_helmet|army soldier war warrior
⛑️|rescue worker’s helmet|rescue_worker_helmet helmet_with_cross|aid face hat worker’s
📿|prayer beads|prayer_beads|clothing necklace religion
💄|lipstick|lipstick|cosmetics date makeup
💍|ring|ring|diamond engaged engagement married romance
💎|gem stone|gem|diamond engagement jewel money romance
🔇|muted speaker|mute no_sound|quiet silent
🔈|speaker low volume|speaker low_volume|soft sound
🔉|speaker medium volume|sound medium_volumne
🔊|speaker high volume|loud_sound high_volume|music
📢|loudspeaker|loudspeaker|address communication loud public sound
📣|megaphone|mega megaphone|cheering sound
📯|postal horn|postal_horn|post
🔔|bell|bell|break church sound
🔕|bell with slash|no_bell|forbidden mute not prohibited quiet
🎼|musical score|musical_score|music note
🎵|musical note|musical_note|music sound
🎶|musical notes|notes musical_notes|music note sound
🎙️|studio microphone|studio_microphone|mic music
🎚️|level slider|level_slider|music
🎛️|control knobs|control_knobs|music
🎤|microphone|microphone|karaoke mic music sing sound
🎧|headphone|headphones|earbud sound
📻|radio|radio|entertainment tbt video
🎷|saxophone|saxophone|instrument music sax
🎺|trumpet|trumpet|instrument music
🪊|trombone|trombone|brass instrument jazz music sad
🪗|accordion|accordion|box concertina instrument music squeeze
🎸|guitar|guitar|instrument music strat
🎹|musical keyboard|musical_keyboard|instrument music piano
🎻|violin|violin|instrument music
🪕|banjo|banjo|music stringed
🥁|drum|drum|drumsticks music
🪘|long drum|long_drum|beat conga instrument rhythm
🪇|maracas|maracas|cha dance instrument music party
🪈|flute|flute|band fife flautist instrument marching
🪉|harp|harp|cupid instrument love music orchestra
📱|mobile phone|iphone android|cell communication telephone
📲|mobile phone with arrow|calling mobile_phone_arrow|build call cell communication receive
☎️|telephone|phone telephone
📞|telephone receiver|telephone_receiver|communication phone voip
📟|pager|pager|communication
📠|fax machine|fax fax_machine|communication
🔋|battery|battery
🪫|low battery|low_battery|drained electronic energy power
🔌|electric plug|electric_plug|electricity
💻|laptop|computer laptop|office pc personal
🖥️|desktop computer|desktop_computer computer|monitor
🖨️|printer|printer|computer
⌨️|keyboard|keyboard|computer
🖱️|computer mouse|computer_mouse
🖲️|trackball|trackball|computer
💽|computer disk|minidisc computer_disk|minidisk optical
💾|floppy disk|floppy_disk|computer
💿|optical disk|cd optical_disk|blu-ray computer dvd
📀|dvd|dvd|blu-ray cd computer disk optical
🧮|abacus|abacus|calculation calculator
🎥|movie camera|movie_camera|bollywood cinema film hollywood record
🎞️|film frames|film_strip film_frames|cinema movie
📽️|film projector|film_projector|cinema movie video
🎬|clapper board|clapper|action movie
📺|television|tv|video
📷|camera|camera|photo selfie snap tbt trip
📸|camera with flash|camera_flash camera_with_flash|video
📹|video camera|video_camera|camcorder tbt
📼|videocassette|vhs videocassette|old school tape vcr video
🔍|magnifying glass tilted left|mag|lab left-pointing science search tool
🔎|magnifying glass tilted right|mag_right|contact lab right-pointing science search
🕯️|candle|candle|light
💡|light bulb|bulb light_bulb|comic electric idea
🔦|flashlight|flashlight|electric light tool torch
🏮|red paper lantern|izakaya_lantern lantern|bar light restaurant
🪔|diya lamp|diya_lamp|light oil
📔|notebook with decorative cover|notebook_with_decorative_cover|book decorated education school writing
📕|closed book|closed_book|education
📖|open book|book open_book|education fantasy knowledge library novels
📗|green book|green_book|education fantasy library reading
📘|blue book|blue_book|education fantasy library reading
📙|orange book|orange_book|education fantasy library reading
📚|books|books|book education fantasy knowledge library
📓|notebook|notebook
📒|ledger|ledger|notebook
📃|page with curl|page_with_curl|document paper
📜|scroll|scroll|paper
📄|page facing up|page_facing_up|document paper
📰|newspaper|newspaper|communication news paper
🗞️|rolled-up newspaper|newspaper_roll rolled_up_newspaper|news paper rolled-up
📑|bookmark tabs|bookmark_tabs|mark marker
🔖|bookmark|bookmark|mark
🏷️|label|label|tag
🪙|coin|coin|dollar euro gold metal money
💰|money bag|moneybag|bank bet billion cash cost
🪎|treasure chest|treasure_chest|gem gold jewels loot money
💴|yen banknote|yen|bank bill currency money note
💵|dollar banknote|dollar|bank bill currency money note
💶|euro banknote|euro|100 bank bill currency money
💷|pound banknote|pound|bank bill billion cash currency
💸|money with wings|money_with_wings|bank banknote bill billion cash
💳|credit card|credit_card|bank cash charge money pay
🧾|receipt|receipt|accounting bookkeeping evidence invoice proof
💹|chart increasing with yen|chart|bank currency graph growth market
✉️|envelope|envelope|e-mail email letter
📧|e-mail|e-mail email|letter
📨|incoming envelope|incoming_envelope|delivering e-mail email letter mail
📩|envelope with arrow|envelope_with_arrow|communication down e-mail email letter
📤|outbox tray|outbox_tray|box email letter mail sent
📥|inbox tray|inbox_tray|box email letter mail receive
📦|package|package|box communication delivery parcel shipping
📫|closed mailbox with raised flag|mailbox|communication mail postbox
📪|closed mailbox with lowered flag|mailbox_closed|mail postbox
📬|open mailbox with raised flag|mailbox_with_mail|postbox
📭|open mailbox with lowered flag|mailbox_with_no_mail|postbox
📮|postbox|postbox|mail mailbox
🗳️|ballot box with ballot|ballot_box
✏️|pencil|pencil2 pencil
✒️|black nib|black_nib|pen
🖋️|fountain pen|fountain_pen
🖊️|pen|pen|ballpoint
🖌️|paintbrush|paintbrush|painting
🖍️|crayon|crayon
📝|memo|memo pencil|communication media notes
💼|briefcase|briefcase|office
📁|file folder|file_folder
📂|open file folder|open_file_folder
🗂️|card index dividers|card_index_dividers
📅|calendar|date
📆|tear-off calendar|calendar|tear-off
🗒️|spiral notepad|spiral_notepad notepad_spiral|note pad
🗓️|spiral calendar|spiral_calendar calendar_spiral|pad
📇|card index|card_index|old rolodex school
📈|chart increasing|chart_with_upwards_trend chart_increasing|data graph growth right up
📉|chart decreasing|chart_with_downwards_trend chart_decreasing|data down downward graph negative
📊|bar chart|bar_chart|data graph
📋|clipboard|clipboard|do list notes
📌|pushpin|pushpin|collage pin
📍|round pushpin|round_pushpin|location map pin
📎|paperclip|paperclip
🖇️|linked paperclips|paperclips|link paperclip
📏|straight ruler|straight_ruler|angle edge math straightedge
📐|triangular ruler|triangular_ruler|angle math rule set slide
✂️|scissors|scissors|cut cutting paper tool
🗃️|card file box|card_file_box
🗄️|file cabinet|file_cabinet|filing paper
🗑️|wastebasket|wastebasket trashcan|can garbage trash waste
🔒|locked|lock locked|closed private
🔓|unlocked|unlock unlocked|cracked lock open
🔏|locked with pen|lock_with_ink_pen locked_with_pen|nib privacy
🔐|locked with key|closed_lock_with_key locked_with_key|bike secure
🔑|key|key|keys lock major password unlock
🗝️|old key|old_key|clue lock
🔨|hammer|hammer|home improvement repairs tool
🪓|axe|axe|ax chop hatchet split wood
⛏️|pick|pick|hammer mining tool
⚒️|hammer and pick|hammer_and_pick|tool
🛠️|hammer and wrench|hammer_and_wrench|spanner tool
🗡️|dagger|dagger|knife weapon
⚔️|crossed swords|crossed_swords|weapon
💣|bomb|bomb|boom comic dangerous explosion hot
🪃|boomerang|boomerang|rebound repercussion weapon
🏹|bow and arrow|bow_and_arrow|archer archery sagittarius tool weapon
🛡️|shield|shield|weapon
🪚|carpentry saw|carpentry_saw|carpenter cut lumber tool trim
🔧|wrench|wrench|home improvement spanner tool
🪛|screwdriver|screwdriver|flathead handy screw tool
🔩|nut and bolt|nut_and_bolt|home improvement tool
⚙️|gear|gear|cog cogwheel tool
🗜️|clamp|clamp compression|compress tool vice
⚖️|balance scale|balance_scale scales|justice libra tool weight zodiac
🦯|white cane|probing_cane white_cane|accessibility blind
🔗|link|link|links
⛓️‍💥|broken chain|broken_chain|break breaking cuffs freedom
⛓️|chains|chains|chain
🪝|hook|hook|catch crook curve ensnare point
🧰|toolbox|toolbox|box chest mechanic red tool
🧲|magnet|magnet|attraction horseshoe magnetic negative positive
🪜|ladder|ladder|climb rung step
🪏|shovel|shovel|bury dig garden hole plant
⚗️|alembic|alembic|chemistry tool
🧪|test tube|test_tube|chemist chemistry experiment lab science
🧫|petri dish|petri_dish|bacteria biologist biology culture lab
🧬|dna|dna double_helix|biologist evolution gene genetics life
🔬|microscope|microscope|experiment lab science tool
🔭|telescope|telescope|contact extraterrestrial science tool
📡|satellite antenna|satellite satellite_antenna|aliens contact dish science
💉|syringe|syringe|doctor flu medicine needle shot
🩸|drop of blood|drop_of_blood|bleed donation injury medicine menstruation
💊|pill|pill|doctor drugs medicated medicine pills
🩹|adhesive bandage|adhesive_bandage bandaid
🩼|crutch|crutch|aid cane disability help hurt
🩺|stethoscope|stethoscope|doctor heart medicine
🩻|x-ray|x_ray x-ray|bones doctor medical skeleton skull
🚪|door|door|back closet front
🛗|elevator|elevator|accessibility hoist lift
🪞|mirror|mirror|makeup reflection reflector speculum
🪟|window|window|air frame fresh opening transparent
🛏️|bed|bed|hotel sleep
🛋️|couch and lamp|couch_and_lamp|hotel
🪑|chair|chair|seat sit
🚽|toilet|toilet|bathroom
🪠|plunger|plunger|cup force plumber poop suction
🚿|shower|shower|water
🛁|bathtub|bathtub|bath
🪤|mouse trap|mouse_trap|bait cheese lure mousetrap snare
🪒|razor|razor|sharp shave
🧴|lotion bottle|lotion_bottle|moisturizer shampoo sunscreen
🧷|safety pin|safety_pin|diaper punk rock
🧹|broom|broom|cleaning sweeping witch
🧺|basket|basket|farming laundry picnic
🧻|roll of paper|roll_of_paper toilet_paper|towels
🪣|bucket|bucket|cask pail vat
🧼|soap|soap|bar bathing clean cleaning lather
🫧|bubbles|bubbles|bubble burp clean floating pearl
🪥|toothbrush|toothbrush|bathroom brush clean dental hygiene
🧽|sponge|sponge|absorbing cleaning porous soak
🧯|fire extinguisher|fire_extinguisher|extinguish quench
🛒|shopping cart|shopping_cart|trolley
🚬|cigarette|smoking cigarette
⚰️|coffin|coffin|dead death vampire
🪦|headstone|headstone|cemetery dead grave graveyard memorial
⚱️|funeral urn|funeral_urn|ashes death
🧿|nazar amulet|nazar_amulet|bead blue charm evil-eye talisman
🪬|hamsa|hamsa|amulet fatima fortune guide hand
🗿|moai|moyai moai|face statue stoneface travel
🪧|placard|placard|card demonstration notice picket plaque
🪪|identification card|identification_card id_card|credentials document license security`,
  symbols: `🏧|ATM sign|atm|automated bank cash money teller
🚮|litter in bin sign|put_litter_in_its_place litter_bin|litterbin
🚰|potable water|potable_water|drinking
♿|wheelchair symbol|wheelchair handicapped|access handicap
🚹|men’s room|mens|bathroom lavatory man men’s restroom
🚺|women’s room|womens|bathroom lavatory restroom toilet wc
🚻|restroom|restroom bathroom|lavatory toilet wc
🚼|baby symbol|baby_symbol|changing
🚾|water closet|wc water_closet|bathroom lavatory restroom toilet
🛂|passport control|passport_control
🛃|customs|customs|packing
🛄|baggage claim|baggage_claim|arrived bags case checked journey
🛅|left luggage|left_luggage|baggage case locker
⚠️|warning|warning|caution
🚸|children crossing|children_crossing|child pedestrian traffic
⛔|no entry|no_entry|do fail forbidden not pass
🚫|prohibited|no_entry_sign|forbidden not smoke
🚳|no bicycles|no_bicycles|bicycle bike forbidden not prohibited
🚭|no smoking|no_smoking|forbidden not prohibited smoke
🚯|no littering|do_not_litter no_littering|forbidden prohibited
🚱|non-potable water|non-potable_water|dry non-drinking non-potable prohibited
🚷|no pedestrians|no_pedestrians|forbidden not pedestrian prohibited
📵|no mobile phones|no_mobile_phones|cell forbidden not phone prohibited
🔞|no one under eighteen|underage no_one_under_18|age forbidden not prohibited restriction
☢️|radioactive|radioactive|sign
☣️|biohazard|biohazard|sign
⬆️|up arrow|arrow_up|cardinal direction north
↗️|up-right arrow|arrow_upper_right|direction intercardinal northeast up-right
➡️|right arrow|arrow_right|cardinal direction east
↘️|down-right arrow|arrow_lower_right|direction down-right intercardinal southeast
⬇️|down arrow|arrow_down|cardinal direction south
↙️|down-left arrow|arrow_lower_left|direction down-left intercardinal southwest
⬅️|left arrow|arrow_left|cardinal direction west
↖️|up-left arrow|arrow_upper_left|direction intercardinal northwest up-left
↕️|up-down arrow|arrow_up_down|up-down
↔️|left-right arrow|left_right_arrow|left-right
↩️|right arrow curving left|leftwards_arrow_with_hook arrow_left_hook
↪️|left arrow curving right|arrow_right_hook rightwards_arrow_with_hook
⤴️|right arrow curving up|arrow_heading_up
⤵️|right arrow curving down|arrow_heading_down
🔃|clockwise vertical arrows|arrows_clockwise clockwise|arrow refresh reload
🔄|counterclockwise arrows button|arrows_counterclockwise counterclockwise|again anticlockwise arrow deja refresh
🔙|BACK arrow|back
🔚|END arrow|end
🔛|ON! arrow|on|mark on!
🔜|SOON arrow|soon|brb omw
🔝|TOP arrow|top|homie up
🛐|place of worship|place_of_worship|pray religion
⚛️|atom symbol|atom_symbol atom|atheist
🕉️|om|om|hindu religion
✡️|star of David|star_of_david|jew jewish judaism religion
☸️|wheel of dharma|wheel_of_dharma|buddhist religion
☯️|yin yang|yin_yang|difficult lives religion tao taoist
✝️|latin cross|latin_cross|christ christian religion
☦️|orthodox cross|orthodox_cross|christian religion
☪️|star and crescent|star_and_crescent|islam muslim ramadan religion
☮️|peace symbol|peace_symbol peace|healing peaceful
🕎|menorah|menorah|candelabrum candlestick hanukkah jewish judaism
🔯|dotted six-pointed star|six_pointed_star|fortune jewish judaism six-pointed
🪯|khanda|khanda|deg fateh khalsa religion sikh
♈|Aries|aries|horoscope ram zodiac
♉|Taurus|taurus|bull horoscope ox zodiac
♊|Gemini|gemini|horoscope twins zodiac
♋|Cancer|cancer|crab horoscope zodiac
♌|Leo|leo|horoscope lion zodiac
♍|Virgo|virgo|horoscope zodiac
♎|Libra|libra|balance horoscope justice scales zodiac
♏|Scorpio|scorpius|horoscope scorpion zodiac
♐|Sagittarius|sagittarius|archer horoscope zodiac
♑|Capricorn|capricorn|goat horoscope zodiac
♒|Aquarius|aquarius|bearer horoscope water zodiac
♓|Pisces|pisces|fish horoscope zodiac
⛎|Ophiuchus|ophiuchus|bearer serpent snake zodiac
🔀|shuffle tracks button|twisted_rightwards_arrows shuffle|arrow crossed
🔁|repeat button|repeat|arrow clockwise
🔂|repeat single button|repeat_one|arrow clockwise once
▶️|play button|arrow_forward play|right triangle
⏩|fast-forward button|fast_forward|arrow double fast-forward
⏭️|next track button|next_track_button next_track|arrow scene triangle
⏯️|play or pause button|play_or_pause_button play_pause|arrow right triangle
◀️|reverse button|arrow_backward reverse|left triangle
⏪|fast reverse button|rewind fast_reverse|arrow double
⏮️|last track button|previous_track_button previous_track|arrow scene triangle
🔼|upwards button|arrow_up_small up|red
⏫|fast up button|arrow_double_up fast_up
🔽|downwards button|arrow_down_small down|red
⏬|fast down button|arrow_double_down fast_down
⏸️|pause button|pause_button pause|bar double vertical
⏹️|stop button|stop_button stop|square
⏺️|record button|record_button record|circle
⏏️|eject button|eject_button eject
🎦|cinema|cinema|camera film movie
🔅|dim button|low_brightness dim_button
🔆|bright button|high_brightness bright_button|light
📶|antenna bars|signal_strength antenna_bars|bar cell communication mobile phone
🛜|wireless|wireless|broadband computer connectivity hotspot internet
📳|vibration mode|vibration_mode|cell communication mobile phone telephone
📴|mobile phone off|mobile_phone_off|cell telephone
♀️|female sign|female_sign female|woman
♂️|male sign|male_sign male|man
⚧️|transgender symbol|transgender_symbol
✖️|multiply|heavy_multiplication_x multiplication|cancel sign ×
➕|plus|heavy_plus_sign plus|+
➖|minus|heavy_minus_sign minus|- math −
➗|divide|heavy_division_sign divide|math ÷
🟰|heavy equals sign|heavy_equals_sign|answer equal equality math
♾️|infinity|infinity|forever unbounded universal
‼️|double exclamation mark|bangbang double_exclamation|! !! punctuation
⁉️|exclamation question mark|interrobang exclamation_question|! !? ? punctuation
❓|red question mark|question|? punctuation
❔|white question mark|grey_question white_question|? outlined punctuation
❕|white exclamation mark|grey_exclamation white_exclamation|! outlined punctuation
❗|red exclamation mark|exclamation heavy_exclamation_mark|! punctuation
〰️|wavy dash|wavy_dash|punctuation
💱|currency exchange|currency_exchange|bank money
💲|heavy dollar sign|heavy_dollar_sign|billion cash charge currency million
⚕️|medical symbol|medical_symbol medical|aesculapius medicine staff
♻️|recycling symbol|recycle recycling_symbol
⚜️|fleur-de-lis|fleur_de_lis fleur-de-lis|knights
🔱|trident emblem|trident|anchor poseidon ship tool
📛|name badge|name_badge
🔰|Japanese symbol for beginner|beginner|chevron green leaf tool yellow
⭕|hollow red circle|o hollow_red_circle|heavy large
✅|check mark button|white_check_mark check_mark_button|checked checkmark complete completed done
☑️|check box with check|ballot_box_with_check|checked done off tick ✓
✔️|check mark|heavy_check_mark check_mark|checked checkmark done tick ✓
❌|cross mark|x cross_mark|cancel multiplication multiply ×
❎|cross mark button|negative_squared_cross_mark cross_mark_button|multiplication multiply square x ×
➰|curly loop|curly_loop|curl
➿|double curly loop|loop double_curly_loop|curl
〽️|part alternation mark|part_alternation_mark
✳️|eight-spoked asterisk|eight_spoked_asterisk|* eight-spoked
✴️|eight-pointed star|eight_pointed_black_star|* eight-pointed
❇️|sparkle|sparkle|*
©️|copyright|copyright|c
®️|registered|registered|r
™️|trade mark|tm trade_mark|trademark
🫟|splatter|splatter|drip holi ink liquid mess
#️⃣|keycap: #|hash number_sign
*️⃣|keycap: *|asterisk
0️⃣|keycap: 0|zero
1️⃣|keycap: 1|one
2️⃣|keycap: 2|two
3️⃣|keycap: 3|three
4️⃣|keycap: 4|four
5️⃣|keycap: 5|five
6️⃣|keycap: 6|six
7️⃣|keycap: 7|seven
8️⃣|keycap: 8|eight
9️⃣|keycap: 9|nine
🔟|keycap: 10|keycap_ten ten
🔠|input latin uppercase|capital_abcd|letters
🔡|input latin lowercase|abcd|letters
🔢|input numbers|1234
🔣|input symbols|symbols|% & ♪ 〒
🔤|input latin letters|abc|alphabet
🅰️|A button (blood type)|a a_blood
🆎|AB button (blood type)|ab ab_blood
🅱️|B button (blood type)|b b_blood
🆑|CL button|cl
🆒|COOL button|cool
🆓|FREE button|free
ℹ️|information|information_source info|i
🆔|ID button|id|identity
Ⓜ️|circled M|m|circle
🆕|NEW button|new
🆖|NG button|ng
🅾️|O button (blood type)|o2 o
🆗|OK button|ok|okay
🅿️|P button|parking
🆘|SOS button|sos|help
🆙|UP! button|up up2|mark up!
🆚|VS button|vs|versus
🈁|Japanese “here” button|koko ja_here|katakana
🈂️|Japanese “service charge” button|sa ja_service_charge|katakana
🈷️|Japanese “monthly amount” button|u6708 ja_monthly_amount|ideograph
🈶|Japanese “not free of charge” button|u6709 ja_not_free_of_carge|ideograph
🈯|Japanese “reserved” button|u6307 ja_reserved|ideograph
🉐|Japanese “bargain” button|ideograph_advantage ja_bargain
🈹|Japanese “discount” button|u5272 ja_discount|ideograph
🈚|Japanese “free of charge” button|u7121 ja_free_of_charge|ideograph
🈲|Japanese “prohibited” button|u7981 ja_prohibited|ideograph
🉑|Japanese “acceptable” button|accept ja_acceptable|ideograph
🈸|Japanese “application” button|u7533 ja_application|ideograph
🈴|Japanese “passing grade” button|u5408 ja_passing_grade|ideograph
🈳|Japanese “vacancy” button|u7a7a ja_vacancy|ideograph
㊗️|Japanese “congratulations” button|congratulations ja_congratulations|ideograph
㊙️|Japanese “secret” button|secret ja_secret|ideograph
🈺|Japanese “open for business” button|u55b6 ja_open_for_business|ideograph
🈵|Japanese “no vacancy” button|u6e80 ja_no_vacancy|ideograph
🔴|red circle|red_circle|geometric
🟠|orange circle|orange_circle
🟡|yellow circle|yellow_circle
🟢|green circle|green_circle
🔵|blue circle|large_blue_circle blue_circle|geometric
🟣|purple circle|purple_circle
🟤|brown circle|brown_circle
⚫|black circle|black_circle|geometric
⚪|white circle|white_circle|geometric
🟥|red square|red_square|card penalty
🟧|orange square|orange_square
🟨|yellow square|yellow_square|card penalty
🟩|green square|green_square
🟦|blue square|blue_square
🟪|purple square|purple_square
🟫|brown square|brown_square
⬛|black large square|black_large_square|geometric
⬜|white large square|white_large_square|geometric
◼️|black medium square|black_medium_square|geometric
◻️|white medium square|white_medium_square|geometric
◾|black medium-small square|black_medium_small_square|geometric medium-small
◽|white medium-small square|white_medium_small_square|geometric medium-small
▪️|black small square|black_small_square|geometric
▫️|white small square|white_small_square|geometric
🔶|large orange diamond|large_orange_diamond|geometric
🔷|large blue diamond|large_blue_diamond|geometric
🔸|small orange diamond|small_orange_diamond|geometric
🔹|small blue diamond|small_blue_diamond|geometric
🔺|red triangle pointed up|small_red_triangle|geometric
🔻|red triangle pointed down|small_red_triangle_down|geometric
💠|diamond with a dot|diamond_shape_with_a_dot_inside diamond_with_a_dot|comic geometric
🔘|radio button|radio_button|geometric
🔳|white square button|white_square_button|geometric outlined
🔲|black square button|black_square_button|geometric`,
  flags: `🏁|chequered flag|checkered_flag|finish flags game race racing
🚩|triangular flag|triangular_flag_on_post triangular_flag|construction golf
🎌|crossed flags|crossed_flags|celebration cross japanese
🏴|black flag|black_flag|waving
🏳️|white flag|white_flag|waving
🏳️‍🌈|rainbow flag|rainbow_flag|bisexual gay genderqueer glbt glbtq
🏳️‍⚧️|transgender flag|transgender_flag|blue light pink white
🏴‍☠️|pirate flag|pirate_flag jolly_roger|plunder treasure
🇦🇨|flag: Ascension Island|ascension_island flag_ac
🇦🇩|flag: Andorra|andorra flag_ad
🇦🇪|flag: United Arab Emirates|united_arab_emirates flag_ae
🇦🇫|flag: Afghanistan|afghanistan flag_af
🇦🇬|flag: Antigua & Barbuda|antigua_barbuda flag_ag
🇦🇮|flag: Anguilla|anguilla flag_ai
🇦🇱|flag: Albania|albania flag_al
🇦🇲|flag: Armenia|armenia flag_am
🇦🇴|flag: Angola|angola flag_ao
🇦🇶|flag: Antarctica|antarctica flag_aq
🇦🇷|flag: Argentina|argentina flag_ar
🇦🇸|flag: American Samoa|american_samoa flag_as
🇦🇹|flag: Austria|austria flag_at
🇦🇺|flag: Australia|australia flag_au
🇦🇼|flag: Aruba|aruba flag_aw
🇦🇽|flag: Åland Islands|aland_islands flag_ax
🇦🇿|flag: Azerbaijan|azerbaijan flag_az
🇧🇦|flag: Bosnia & Herzegovina|bosnia_herzegovina flag_ba
🇧🇧|flag: Barbados|barbados flag_bb
🇧🇩|flag: Bangladesh|bangladesh flag_bd
🇧🇪|flag: Belgium|belgium flag_be
🇧🇫|flag: Burkina Faso|burkina_faso flag_bf
🇧🇬|flag: Bulgaria|bulgaria flag_bg
🇧🇭|flag: Bahrain|bahrain flag_bh
🇧🇮|flag: Burundi|burundi flag_bi
🇧🇯|flag: Benin|benin flag_bj
🇧🇱|flag: St. Barthélemy|st_barthelemy flag_bl
🇧🇲|flag: Bermuda|bermuda flag_bm
🇧🇳|flag: Brunei|brunei flag_bn
🇧🇴|flag: Bolivia|bolivia flag_bo
🇧🇶|flag: Caribbean Netherlands|caribbean_netherlands flag_bq
🇧🇷|flag: Brazil|brazil flag_br
🇧🇸|flag: Bahamas|bahamas flag_bs
🇧🇹|flag: Bhutan|bhutan flag_bt
🇧🇻|flag: Bouvet Island|bouvet_island flag_bv
🇧🇼|flag: Botswana|botswana flag_bw
🇧🇾|flag: Belarus|belarus flag_by
🇧🇿|flag: Belize|belize flag_bz
🇨🇦|flag: Canada|canada flag_ca
🇨🇨|flag: Cocos (Keeling) Islands|cocos_islands flag_cc
🇨🇩|flag: Congo - Kinshasa|congo_kinshasa flag_cd
🇨🇫|flag: Central African Republic|central_african_republic flag_cf
🇨🇬|flag: Congo - Brazzaville|congo_brazzaville flag_cg
🇨🇭|flag: Switzerland|switzerland flag_ch
🇨🇮|flag: Côte d’Ivoire|cote_divoire flag_ci
🇨🇰|flag: Cook Islands|cook_islands flag_ck
🇨🇱|flag: Chile|chile flag_cl
🇨🇲|flag: Cameroon|cameroon flag_cm
🇨🇳|flag: China|cn china
🇨🇴|flag: Colombia|colombia flag_co
🇨🇵|flag: Clipperton Island|clipperton_island flag_cp
🇨🇶|flag: Sark|flag_cq sark
🇨🇷|flag: Costa Rica|costa_rica flag_cr
🇨🇺|flag: Cuba|cuba flag_cu
🇨🇻|flag: Cape Verde|cape_verde flag_cv
🇨🇼|flag: Curaçao|curacao flag_cw
🇨🇽|flag: Christmas Island|christmas_island flag_cx
🇨🇾|flag: Cyprus|cyprus flag_cy
🇨🇿|flag: Czechia|czech_republic czechia|CZ
🇩🇪|flag: Germany|de flag_de
🇩🇬|flag: Diego Garcia|diego_garcia flag_dg
🇩🇯|flag: Djibouti|djibouti flag_dj
🇩🇰|flag: Denmark|denmark flag_dk
🇩🇲|flag: Dominica|dominica flag_dm
🇩🇴|flag: Dominican Republic|dominican_republic flag_do
🇩🇿|flag: Algeria|algeria flag_dz
🇪🇦|flag: Ceuta & Melilla|ceuta_melilla flag_ea
🇪🇨|flag: Ecuador|ecuador flag_ec
🇪🇪|flag: Estonia|estonia flag_ee
🇪🇬|flag: Egypt|egypt flag_eg
🇪🇭|flag: Western Sahara|western_sahara flag_eh
🇪🇷|flag: Eritrea|eritrea flag_er
🇪🇸|flag: Spain|es flag_es
🇪🇹|flag: Ethiopia|ethiopia flag_et
🇪🇺|flag: European Union|eu european_union
🇫🇮|flag: Finland|finland flag_fi
🇫🇯|flag: Fiji|fiji flag_fj
🇫🇰|flag: Falkland Islands|falkland_islands flag_fk
🇫🇲|flag: Micronesia|micronesia flag_fm
🇫🇴|flag: Faroe Islands|faroe_islands flag_fo
🇫🇷|flag: France|fr flag_fr
🇬🇦|flag: Gabon|gabon flag_ga
🇬🇧|flag: United Kingdom|gb uk
🇬🇩|flag: Grenada|grenada flag_gd
🇬🇪|flag: Georgia|georgia flag_ge
🇬🇫|flag: French Guiana|french_guiana flag_gf
🇬🇬|flag: Guernsey|guernsey flag_gg
🇬🇭|flag: Ghana|ghana flag_gh
🇬🇮|flag: Gibraltar|gibraltar flag_gi
🇬🇱|flag: Greenland|greenland flag_gl
🇬🇲|flag: Gambia|gambia flag_gm
🇬🇳|flag: Guinea|guinea flag_gn
🇬🇵|flag: Guadeloupe|guadeloupe flag_gp
🇬🇶|flag: Equatorial Guinea|equatorial_guinea flag_gq
🇬🇷|flag: Greece|greece flag_gr
🇬🇸|flag: South Georgia & South Sandwich Islands|south_georgia_south_sandwich_islands flag_gs
🇬🇹|flag: Guatemala|guatemala flag_gt
🇬🇺|flag: Guam|guam flag_gu
🇬🇼|flag: Guinea-Bissau|guinea_bissau flag_gw
🇬🇾|flag: Guyana|guyana flag_gy
🇭🇰|flag: Hong Kong SAR China|hong_kong flag_hk
🇭🇲|flag: Heard & McDonald Islands|heard_mcdonald_islands flag_hm
🇭🇳|flag: Honduras|honduras flag_hn
🇭🇷|flag: Croatia|croatia flag_hr
🇭🇹|flag: Haiti|haiti flag_ht
🇭🇺|flag: Hungary|hungary flag_hu
🇮🇨|flag: Canary Islands|canary_islands flag_ic
🇮🇩|flag: Indonesia|indonesia flag_id
🇮🇪|flag: Ireland|ireland flag_ie
🇮🇱|flag: Israel|israel flag_il
🇮🇲|flag: Isle of Man|isle_of_man flag_im
🇮🇳|flag: India|india flag_in
🇮🇴|flag: British Indian Ocean Territory|british_indian_ocean_territory flag_io
🇮🇶|flag: Iraq|iraq flag_iq
🇮🇷|flag: Iran|iran flag_ir
🇮🇸|flag: Iceland|iceland flag_is
🇮🇹|flag: Italy|it flag_it
🇯🇪|flag: Jersey|jersey flag_je
🇯🇲|flag: Jamaica|jamaica flag_jm
🇯🇴|flag: Jordan|jordan flag_jo
🇯🇵|flag: Japan|jp flag_jp
🇰🇪|flag: Kenya|kenya flag_ke
🇰🇬|flag: Kyrgyzstan|kyrgyzstan flag_kg
🇰🇭|flag: Cambodia|cambodia flag_kh
🇰🇮|flag: Kiribati|kiribati flag_ki
🇰🇲|flag: Comoros|comoros flag_km
🇰🇳|flag: St. Kitts & Nevis|st_kitts_nevis flag_kn
🇰🇵|flag: North Korea|north_korea flag_kp
🇰🇷|flag: South Korea|kr flag_kr
🇰🇼|flag: Kuwait|kuwait flag_kw
🇰🇾|flag: Cayman Islands|cayman_islands flag_ky
🇰🇿|flag: Kazakhstan|kazakhstan flag_kz
🇱🇦|flag: Laos|laos flag_la
🇱🇧|flag: Lebanon|lebanon flag_lb
🇱🇨|flag: St. Lucia|st_lucia flag_lc
🇱🇮|flag: Liechtenstein|liechtenstein flag_li
🇱🇰|flag: Sri Lanka|sri_lanka flag_lk
🇱🇷|flag: Liberia|liberia flag_lr
🇱🇸|flag: Lesotho|lesotho flag_ls
🇱🇹|flag: Lithuania|lithuania flag_lt
🇱🇺|flag: Luxembourg|luxembourg flag_lu
🇱🇻|flag: Latvia|latvia flag_lv
🇱🇾|flag: Libya|libya flag_ly
🇲🇦|flag: Morocco|morocco flag_ma
🇲🇨|flag: Monaco|monaco flag_mc
🇲🇩|flag: Moldova|moldova flag_md
🇲🇪|flag: Montenegro|montenegro flag_me
🇲🇫|flag: St. Martin|st_martin flag_mf
🇲🇬|flag: Madagascar|madagascar flag_mg
🇲🇭|flag: Marshall Islands|marshall_islands flag_mh
🇲🇰|flag: North Macedonia|macedonia flag_mk
🇲🇱|flag: Mali|mali flag_ml
🇲🇲|flag: Myanmar (Burma)|myanmar burma|MM
🇲🇳|flag: Mongolia|mongolia flag_mn
🇲🇴|flag: Macao SAR China|macau flag_mo
🇲🇵|flag: Northern Mariana Islands|northern_mariana_islands flag_mp
🇲🇶|flag: Martinique|martinique flag_mq
🇲🇷|flag: Mauritania|mauritania flag_mr
🇲🇸|flag: Montserrat|montserrat flag_ms
🇲🇹|flag: Malta|malta flag_mt
🇲🇺|flag: Mauritius|mauritius flag_mu
🇲🇻|flag: Maldives|maldives flag_mv
🇲🇼|flag: Malawi|malawi flag_mw
🇲🇽|flag: Mexico|mexico flag_mx
🇲🇾|flag: Malaysia|malaysia flag_my
🇲🇿|flag: Mozambique|mozambique flag_mz
🇳🇦|flag: Namibia|namibia flag_na
🇳🇨|flag: New Caledonia|new_caledonia flag_nc
🇳🇪|flag: Niger|niger flag_ne
🇳🇫|flag: Norfolk Island|norfolk_island flag_nf
🇳🇬|flag: Nigeria|nigeria flag_ng
🇳🇮|flag: Nicaragua|nicaragua flag_ni
🇳🇱|flag: Netherlands|netherlands flag_nl
🇳🇴|flag: Norway|norway flag_no
🇳🇵|flag: Nepal|nepal flag_np
🇳🇷|flag: Nauru|nauru flag_nr
🇳🇺|flag: Niue|niue flag_nu
🇳🇿|flag: New Zealand|new_zealand flag_nz
🇴🇲|flag: Oman|oman flag_om
🇵🇦|flag: Panama|panama flag_pa
🇵🇪|flag: Peru|peru flag_pe
🇵🇫|flag: French Polynesia|french_polynesia flag_pf
🇵🇬|flag: Papua New Guinea|papua_new_guinea flag_pg
🇵🇭|flag: Philippines|philippines flag_ph
🇵🇰|flag: Pakistan|pakistan flag_pk
🇵🇱|flag: Poland|poland flag_pl
🇵🇲|flag: St. Pierre & Miquelon|st_pierre_miquelon flag_pm
🇵🇳|flag: Pitcairn Islands|pitcairn_islands flag_pn
🇵🇷|flag: Puerto Rico|puerto_rico flag_pr
🇵🇸|flag: Palestinian Territories|palestinian_territories flag_ps
🇵🇹|flag: Portugal|portugal flag_pt
🇵🇼|flag: Palau|palau flag_pw
🇵🇾|flag: Paraguay|paraguay flag_py
🇶🇦|flag: Qatar|qatar flag_qa
🇷🇪|flag: Réunion|reunion flag_re
🇷🇴|flag: Romania|romania flag_ro
🇷🇸|flag: Serbia|serbia flag_rs
🇷🇺|flag: Russia|ru flag_ru
🇷🇼|flag: Rwanda|rwanda flag_rw
🇸🇦|flag: Saudi Arabia|saudi_arabia flag_sa
🇸🇧|flag: Solomon Islands|solomon_islands flag_sb
🇸🇨|flag: Seychelles|seychelles flag_sc
🇸🇩|flag: Sudan|sudan flag_sd
🇸🇪|flag: Sweden|sweden flag_se
🇸🇬|flag: Singapore|singapore flag_sg
🇸🇭|flag: St. Helena|st_helena flag_sh
🇸🇮|flag: Slovenia|slovenia flag_si
🇸🇯|flag: Svalbard & Jan Mayen|svalbard_jan_mayen flag_sj
🇸🇰|flag: Slovakia|slovakia flag_sk
🇸🇱|flag: Sierra Leone|sierra_leone flag_sl
🇸🇲|flag: San Marino|san_marino flag_sm
🇸🇳|flag: Senegal|senegal flag_sn
🇸🇴|flag: Somalia|somalia flag_so
🇸🇷|flag: Suriname|suriname flag_sr
🇸🇸|flag: South Sudan|south_sudan flag_ss
🇸🇹|flag: São Tomé & Príncipe|sao_tome_principe flag_st
🇸🇻|flag: El Salvador|el_salvador flag_sv
🇸🇽|flag: Sint Maarten|sint_maarten flag_sx
🇸🇾|flag: Syria|syria flag_sy
🇸🇿|flag: Eswatini|swaziland eswatini|SZ
🇹🇦|flag: Tristan da Cunha|tristan_da_cunha flag_ta
🇹🇨|flag: Turks & Caicos Islands|turks_caicos_islands flag_tc
🇹🇩|flag: Chad|chad flag_td
🇹🇫|flag: French Southern Territories|french_southern_territories flag_tf
🇹🇬|flag: Togo|togo flag_tg
🇹🇭|flag: Thailand|thailand flag_th
🇹🇯|flag: Tajikistan|tajikistan flag_tj
🇹🇰|flag: Tokelau|tokelau flag_tk
🇹🇱|flag: Timor-Leste|timor_leste flag_tl
🇹🇲|flag: Turkmenistan|turkmenistan flag_tm
🇹🇳|flag: Tunisia|tunisia flag_tn
🇹🇴|flag: Tonga|tonga flag_to
🇹🇷|flag: Türkiye|tr flag_tr
🇹🇹|flag: Trinidad & Tobago|trinidad_tobago flag_tt
🇹🇻|flag: Tuvalu|tuvalu flag_tv
🇹🇼|flag: Taiwan|taiwan flag_tw
🇹🇿|flag: Tanzania|tanzania flag_tz
🇺🇦|flag: Ukraine|ukraine flag_ua
🇺🇬|flag: Uganda|uganda flag_ug
🇺🇲|flag: U.S. Outlying Islands|us_outlying_islands flag_um
🇺🇳|flag: United Nations|united_nations flag_un
🇺🇸|flag: United States|us flag_us
🇺🇾|flag: Uruguay|uruguay flag_uy
🇺🇿|flag: Uzbekistan|uzbekistan flag_uz
🇻🇦|flag: Vatican City|vatican_city flag_va
🇻🇨|flag: St. Vincent & Grenadines|st_vincent_grenadines flag_vc
🇻🇪|flag: Venezuela|venezuela flag_ve
🇻🇬|flag: British Virgin Islands|british_virgin_islands flag_vg
🇻🇮|flag: U.S. Virgin Islands|us_virgin_islands flag_vi
🇻🇳|flag: Vietnam|vietnam flag_vn
🇻🇺|flag: Vanuatu|vanuatu flag_vu
🇼🇫|flag: Wallis & Futuna|wallis_futuna flag_wf
🇼🇸|flag: Samoa|samoa flag_ws
🇽🇰|flag: Kosovo|kosovo flag_xk
🇾🇪|flag: Yemen|yemen flag_ye
🇾🇹|flag: Mayotte|mayotte flag_yt
🇿🇦|flag: South Africa|south_africa flag_za
🇿🇲|flag: Zambia|zambia flag_zm
🇿🇼|flag: Zimbabwe|zimbabwe flag_zw
🏴󠁧󠁢󠁥󠁮󠁧󠁿|flag: England|england flag_gbeng
🏴󠁧󠁢󠁳󠁣󠁴󠁿|flag: Scotland|scotland flag_gbsct
🏴󠁧󠁢󠁷󠁬󠁳󠁿|flag: Wales|wales flag_gbwls`
} as const;
